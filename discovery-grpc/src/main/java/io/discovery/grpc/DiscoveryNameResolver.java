package io.discovery.grpc;

import io.discovery.Watcher;
import io.discovery.Watcher.Phase;
import io.discovery.grpc.ChannelMetrics.Observation;
import io.discovery.grpc.Shared.Lease;
import io.grpc.ChannelLogger;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.StatusOr;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;

/**
 * Tells one channel where its service is. Keeps the last known good: once there were addresses, no
 * fault reaches the channel, since {@code pick_first} would give up living connections for it; only
 * the registry's certain "none" does.
 *
 * <p>gRPC calls in the channel's synchronization context, to which the state belongs, and an
 * exception there ends the channel: whatever can fail or takes time runs on the channel's executor
 * and is told as a status. gRPC also shuts down resolvers that it never started and makes new ones
 * after idling, so nothing is held before {@link #start}.
 */
final class DiscoveryNameResolver extends NameResolver {
  private static final Logger LOG = System.getLogger("io.discovery.grpc");

  private final Sharing sharing;
  private final Sharing.Key key;
  private final Balancing balancing;
  private final Optional<PublishedConfig> published;
  private final Conflation<News> conflation;
  private final Runnable signal;
  private final ChannelMetrics metrics;
  private final long seed = new Random().nextLong();

  // In the context.
  private final ViewLog log;
  private Listener2 listener; // null before start
  private List<EquivalentAddressGroup> served = List.of(); // what the balancer works with
  private Optional<ConfigOrError> config = Optional.empty(); // the service config it works with
  private String failure = ""; // what it was told instead
  private Observation observation = () -> {};

  // Written on the executor and in the context, see join.
  private volatile Lease<ServiceAddresses> share; // null before the first join
  private volatile boolean shutdown;

  // Written in the context, for whoever collects metrics.
  private volatile Known known = new Known(0, Optional.empty());

  /**
   * What is known of a service, how it is to be called if operators say so, and how far the view
   * can be trusted; nothing if there is none.
   */
  private record News(
      Resolution where, Optional<ConfigOrError> how, Optional<Watcher.Status> view) {}

  /**
   * @param published what reads the service configs that operators publish; empty to ignore them
   */
  DiscoveryNameResolver(
      Sharing sharing,
      Sharing.Key key,
      Balancing balancing,
      Optional<PublishedConfig> published,
      ChannelMetrics metrics,
      Args args) {
    this.sharing = sharing;
    this.key = key;
    this.balancing = balancing;
    this.published = published;
    this.metrics = metrics;
    this.log = new ViewLog(logger(args));
    this.conflation =
        new Conflation<>(
            args.getSynchronizationContext(),
            args.getScheduledExecutorService(),
            executor(args),
            this::fetch,
            this::tell);
    this.signal = conflation::signal;
  }

  @Override
  public String getServiceAuthority() {
    return Percent.encode(key.service());
  }

  @Override
  public void start(Listener2 listener) {
    this.listener = listener;
    observation = metrics.observe(new Observed());
    conflation.signal();
  }

  /**
   * A hint of the balancer that connections fail. It comes in storms; {@link
   * ServiceAddresses#refresh} bounds what it costs.
   */
  @Override
  public void refresh() {
    Lease<ServiceAddresses> joined = share;
    if (joined != null) {
      joined.value().refresh();
    }
    if (!failure.isEmpty()) {
      // The balancer may show a connection's error by now. And opening a registry that failed is
      // tried again this way.
      failure = "";
      conflation.signal();
    }
  }

  @Override
  public void shutdown() {
    shutdown = true;
    conflation.close();
    observation.close();
    leave();
  }

  /** On the executor. */
  private News fetch() {
    try {
      ServiceAddresses service = join();
      Watcher.Status view = service.status();
      Resolution newest = service.resolution();
      if (newest instanceof Resolution.Found
          && published.isPresent()
          && service.isConfigAwaited()) {
        newest = new Resolution.Pending();
      }
      // After that: what is no longer awaited is seen here.
      Optional<ConfigOrError> how = published.flatMap(service::serviceConfig);
      return new News(
          newest instanceof Resolution.Found found
              ? new Resolution.Found(ordered(found.groups()))
              : newest,
          how,
          Optional.of(view));
    } catch (Throwable e) {
      if (e instanceof Error) {
        LOG.log(Level.WARNING, "finding " + getServiceAuthority() + " failed", e);
      }
      String why = "cannot find " + getServiceAuthority() + ": " + e.getMessage();
      return new News(
          new Resolution.Failed(why, Optional.of(e)), Optional.empty(), Optional.empty());
    }
  }

  private ServiceAddresses join() {
    Lease<ServiceAddresses> joined = share;
    if (joined == null) {
      joined = sharing.acquire(key);
      joined.value().add(signal);
      share = joined;
      if (shutdown) {
        leave(); // a shutdown meanwhile may have found no share
      }
    }
    return joined.value();
  }

  private void leave() {
    Lease<ServiceAddresses> joined = share;
    if (joined != null) {
      joined.value().remove(signal);
      joined.close();
    }
  }

  /**
   * Each channel has an order of its own, lest {@code pick_first} sends every client of a service
   * to the same instance.
   */
  private List<EquivalentAddressGroup> ordered(List<EquivalentAddressGroup> groups) {
    List<EquivalentAddressGroup> ordered = new ArrayList<>(groups);
    Collections.shuffle(ordered, new Random(seed));
    return ordered;
  }

  /** In the context. */
  private void tell(News news) {
    Resolution newest = news.where();
    if (newest instanceof Resolution.Found found) {
      failure = "";
      if (!found.groups().equals(served) || !news.how().equals(config)) {
        served = found.groups();
        config = news.how();
        listener.onResult2(addresses(served));
        metrics.updated();
      }
    } else if (newest instanceof Resolution.Empty empty) {
      retire();
      tellFailure(empty.message(), Optional.empty());
    } else if (newest instanceof Resolution.Failed failed && served.isEmpty()) {
      tellFailure(failed.message(), failed.cause());
    }
    news.view().ifPresent(view -> log.status(view, served.size()));
    known = new Known(served.size(), news.view());
  }

  /**
   * Makes any policy give up the instances that are gone. A failure alone would not: round robin
   * ignores it, and an empty list too, as long as one of its connections lives, and would call
   * servers that have deregistered for as long as they run.
   */
  private void retire() {
    if (!served.isEmpty()) {
      served = List.of();
      key.addressing()
          .nowhere(key.service())
          .ifPresent(
              address ->
                  listener.onResult2(addresses(List.of(new EquivalentAddressGroup(address)))));
    }
  }

  private void tellFailure(String message, Optional<Throwable> cause) {
    if (!message.equals(failure)) {
      failure = message;
      // UNAVAILABLE is the one code that gRPC passes on as it is and that says: not the
      // application's answer, try again.
      Status status = Status.UNAVAILABLE.withDescription(message).withCause(cause.orElse(null));
      listener.onResult2(
          ResolutionResult.newBuilder().setAddressesOrError(StatusOr.fromStatus(status)).build());
    }
  }

  private ResolutionResult addresses(List<EquivalentAddressGroup> groups) {
    ResolutionResult.Builder result =
        ResolutionResult.newBuilder()
            .setAddressesOrError(StatusOr.fromValue(groups))
            .setAttributes(balancing.attributes());
    // Only if asked for: any at all replaces the one that the channel's owner has set.
    config.or(balancing::serviceConfig).ifPresent(result::setServiceConfig);
    return result.build();
  }

  /** What there was at the last news. */
  private record Known(int instances, Optional<Watcher.Status> view) {}

  private final class Observed implements ChannelMetrics.View {
    @Override
    public int instances() {
      return known.instances();
    }

    @Override
    public OptionalLong staleness() {
      Known now = known;
      return now.view()
          .filter(view -> view.phase() == Phase.CURRENT || now.instances() > 0)
          .map(
              view ->
                  view.phase() == Phase.CURRENT
                      ? OptionalLong.of(0)
                      : OptionalLong.of(
                          Math.max(0, Duration.between(view.since(), Instant.now()).toMillis())))
          .orElse(OptionalLong.empty());
    }
  }

  /** Returns the channel's logger; one that drops all if whoever calls us is no channel. */
  private static ChannelLogger logger(Args args) {
    try {
      return args.getChannelLogger();
    } catch (IllegalStateException hasNone) {
      return new ChannelLogger() {
        @Override
        public void log(ChannelLogLevel level, String message) {}

        @Override
        public void log(ChannelLogLevel level, String format, Object... arguments) {}
      };
    }
  }

  /**
   * Returns the channel's executor for what may block. One that its owner has shut down must not
   * end in an exception here.
   */
  private static Executor executor(Args args) {
    Executor offload = args.getOffloadExecutor();
    return task -> {
      try {
        (offload == null ? ForkJoinPool.commonPool() : offload).execute(task);
      } catch (RejectedExecutionException e) {
        ForkJoinPool.commonPool().execute(task);
      }
    };
  }
}

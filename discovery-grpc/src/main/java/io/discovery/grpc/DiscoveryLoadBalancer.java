package io.discovery.grpc;

import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import io.grpc.Status;
import io.grpc.SynchronizationContext.ScheduledHandle;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The policy of one channel, see {@link DiscoveryLoadBalancerProvider}. Whatever happens, the whole
 * {@link Picture} is made anew, compared, and given to the channel if it is another.
 *
 * <p>gRPC calls in the channel's synchronization context, to which all state belongs; calls of the
 * channel only see pickers, which are immutable.
 */
final class DiscoveryLoadBalancer extends LoadBalancer {
  /** Tells this process from others with the same targets. */
  private static final UUID PROCESS = UUID.randomUUID();

  private final Helper helper;
  private final LongSupplier nanoTime;
  private final LoadBalancerProvider pickFirst;
  private final BalancerLog log;
  private final ChannelMetrics metrics;
  private final AtomicLong turns = DiscoveryPicker.anywhere(); // of calls that ask for nothing

  private Map<String, Member> members = Map.of(); // all there are, by id
  private Map<String, Endpoint> endpoints = Map.of(); // those connected, by id
  private List<Member> unconnected = List.of(); // the others
  private BalancerConfig config = BalancerConfig.defaults();
  private Optional<Status> error = Optional.empty(); // what the name resolver said last, if one
  private Optional<Picture> shown = Optional.empty();
  private boolean publishing; // soon
  private ScheduledHandle step; // of slow starts; null if none is to come
  private boolean closed;

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  DiscoveryLoadBalancer(Helper helper, LongSupplier nanoTime) {
    this.helper = helper;
    this.nanoTime = nanoTime;
    this.pickFirst = LoadBalancerRegistry.getDefaultRegistry().getProvider("pick_first");
    this.log = new BalancerLog(helper.getChannelLogger());
    this.metrics = ChannelMetrics.of(helper);
  }

  @Override
  public Status acceptResolvedAddresses(ResolvedAddresses resolved) {
    config = config(resolved);
    Map<String, Member> next = new LinkedHashMap<>();
    for (EquivalentAddressGroup group : resolved.getAddresses()) {
      Member member = Member.of(group);
      next.putIfAbsent(member.id(), member);
    }
    List<Member> connected =
        Subset.of(config, PROCESS + helper.getChannelTarget()).of(List.copyOf(next.values()));
    log.members(members.values(), next.values(), connected.size());
    members = next;
    connect(connected);
    unconnected =
        next.values().stream().filter(member -> !endpoints.containsKey(member.id())).toList();
    error =
        next.isEmpty()
            ? Optional.of(Status.UNAVAILABLE.withDescription("no instances of " + service()))
            : Optional.empty();
    publishSoon();
    return error.orElse(Status.OK);
  }

  private static BalancerConfig config(ResolvedAddresses resolved) {
    BalancerConfig config =
        resolved.getLoadBalancingPolicyConfig() instanceof BalancerConfig given
            ? given
            : BalancerConfig.defaults();
    BalancerConfig nearer = resolved.getAttributes().get(DiscoveryLoadBalancerProvider.CONFIG);
    return nearer == null ? config : nearer.over(config);
  }

  private void connect(List<Member> connected) {
    // Only where others can spare it; at the start of a channel, all are new to it.
    boolean slowly = endpoints.values().stream().anyMatch(Endpoint::isReady);
    Map<String, Endpoint> gone = new HashMap<>(endpoints);
    Map<String, Endpoint> next = new LinkedHashMap<>();
    for (Member member : connected) {
      Endpoint endpoint = endpoints.get(member.id());
      if (endpoint != null && endpoint.serves(member)) {
        gone.remove(member.id());
        endpoint.update(member);
      } else {
        endpoint = new Endpoint(member, slowly, helper, pickFirst, nanoTime, this::publishSoon);
      }
      next.put(member.id(), endpoint);
    }
    endpoints = next;
    gone.values().forEach(Endpoint::close);
  }

  /** Leaves connections alone; calls learn of it if there are none. */
  @Override
  public void handleNameResolutionError(Status status) {
    log.error(status);
    error = Optional.of(status);
    publishSoon();
  }

  @Override
  public void shutdown() {
    closed = true;
    if (step != null) {
      step.cancel();
    }
    endpoints.values().forEach(Endpoint::close);
  }

  /** Once for all that happens in the meantime, such as a thousand connections coming up. */
  private void publishSoon() {
    if (!publishing) {
      publishing = true;
      helper.getSynchronizationContext().execute(this::publish);
    }
  }

  private void publish() {
    publishing = false;
    if (closed) {
      return;
    }
    Picture picture = picture();
    if (!shown.equals(Optional.of(picture))) {
      shown = Optional.of(picture);
      DiscoveryPicker picker = new DiscoveryPicker(picture, turns);
      log.choice(picker.choice());
      helper.updateBalancingState(picker.choice().state(), picker);
    }
    if (step == null && endpoints.values().stream().anyMatch(one -> one.isStarting(config))) {
      step =
          helper
              .getSynchronizationContext()
              .schedule(
                  this::step,
                  new SlowStart(config.slowStart()).step(),
                  TimeUnit.NANOSECONDS,
                  helper.getScheduledExecutorService());
    }
  }

  private void step() {
    step = null;
    publish();
  }

  private Picture picture() {
    return new Picture(
        service(),
        endpoints.values().stream().map(endpoint -> endpoint.candidate(config, metrics)).toList(),
        unconnected,
        config.zone(),
        config.zoneKey(),
        config.zoneMinimum(),
        error);
  }

  private String service() {
    return members.values().stream()
        .flatMap(member -> member.instance().stream())
        .findFirst()
        .map(instance -> Percent.encode(instance.service()))
        .orElseGet(helper::getAuthority);
  }

  @Override
  public String toString() {
    return DiscoveryLoadBalancerProvider.POLICY + endpoints.values();
  }
}

package io.discovery.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.discovery.DiscoveryException;
import io.discovery.RegistryConfig;
import io.discovery.spi.BackendContext;
import io.discovery.spi.EventLoop;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.Response;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.WatchOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The connection of one registry: every call to jetcd goes through here.
 *
 * <p><b>Threading.</b> Methods are called on the event loop, and what they return completes there,
 * in time, which jetcd's own futures do not always. jetcd is called on one thread of our own, since
 * its resolver looks up host names on the thread that makes a call.
 *
 * <p><b>Errors.</b> Failures are {@link DiscoveryException}s. A call that failed may have been
 * executed or be executed later, unless {@link EtcdFailures#isRefusal} says that it was turned
 * down.
 *
 * <p><b>Lifecycle.</b> Opens a client at once and another whenever {@link EtcdOutage} asks for it,
 * which ends all calls and watches of the one before; {@link #shutdown} ends everything.
 */
final class EtcdConnection {
  private static final ByteSequence ANY_KEY = ByteSequence.from("discovery", UTF_8);
  private static final GetOption KEYS = GetOption.builder().withKeysOnly(true).build();

  /** A watch that begins this far back makes the store go through all that came after it. */
  private static final Duration RECENTLY = Duration.ofSeconds(1);

  /** Calls under way, up to which a watch does not get into the way of a list. */
  private static final int FEW = 16;

  private static final Duration CLOSE = Duration.ofMillis(500);

  private final EventLoop loop;
  private final EtcdClients clients;
  private final Duration requestTimeout;
  private final Duration callTimeout;
  private final boolean cluster;
  private final Runnable onReset;
  private final ExecutorService io;
  private final EtcdToken token;
  private final EtcdOutage outage;

  // On the loop.
  private final Set<EtcdCall<?>> pending = new HashSet<>();
  private long revision;
  private long observedAt;
  private boolean closed;

  // On the thread of io.
  private Client client;

  /**
   * @param onReset called on the loop when the store turns out to have lost history
   */
  EtcdConnection(
      EtcdClients clients, RegistryConfig config, BackendContext context, Runnable onReset) {
    this.loop = context.loop();
    this.clients = clients;
    this.requestTimeout = config.requestTimeout();
    this.callTimeout = callTimeout(config);
    this.cluster = config.endpoints().size() > 1;
    this.onReset = onReset;
    this.token = new EtcdToken(this, config.user().isPresent());
    this.outage = new EtcdOutage(this::ping, callTimeout, this::replaceClient, context);
    this.io = singleThread(context.label() + "-etcd");
    io.execute(() -> client = clients.open());
  }

  /**
   * The bound on one call: less than the bound on an operation, which may need several, so that a
   * member that does not answer leaves time to ask the next one.
   */
  static Duration callTimeout(RegistryConfig config) {
    return config.requestTimeout().multipliedBy(3).dividedBy(4);
  }

  /** The bound on one call. */
  Duration callTimeout() {
    return callTimeout;
  }

  /** The bound on an operation of several calls. */
  Duration requestTimeout() {
    return requestTimeout;
  }

  /** Tells whether there is more than one member to ask. */
  boolean isCluster() {
    return cluster;
  }

  EventLoop loop() {
    return loop;
  }

  /** Runs on the loop what comes from jetcd; not for what comes under a lock. */
  void hear(Runnable news) {
    if (clients.areLent()) {
      loop.execute(news); // its threads are its owner's, too
    } else {
      loop.executeHere(news);
    }
  }

  /** Makes one call, when there is a token if one is needed. */
  <T> CompletionStage<T> call(Duration limit, Function<Client, CompletableFuture<T>> rpc) {
    EtcdCall<T> call = open(limit, rpc);
    if (!closed) {
      call.sendWith(token);
    }
    return call.answer();
  }

  /**
   * Makes one call to the key-value store. Its answers come from the quorum, so that a revision
   * below one seen before the call began means that the store's data has been replaced (rule 3.12).
   */
  <T extends Response> CompletionStage<T> kv(
      Duration limit, Function<KV, CompletableFuture<T>> rpc) {
    long before = revision;
    return call(limit, client -> rpc.apply(client.getKVClient()))
        .thenApply(
            answer -> {
              long now = answer.getHeader().getRevision();
              if (now < before && revision >= before) {
                revision = now;
                onReset.run();
                outage.unanswered(); // its views wait for word of a store that is back
              }
              observed(now);
              return answer;
            });
  }

  /** Takes note of a revision that the store has reached. */
  void observed(long reached) {
    revision = Math.max(revision, reached);
    observedAt = loop.nanoTime();
  }

  /**
   * Returns a revision that the store has reached lately, for a watch that begins before a list has
   * been read. None if there may be users: of a watch that the store refuses, for a token that has
   * expired or a key that is not theirs, jetcd makes the loss of its token. None while much is
   * under way: of a thousand services, the lists had better come first.
   */
  OptionalLong recentRevision() {
    return clients.areAnonymous()
            && pending.size() <= FEW
            && revision > 0
            && loop.nanoTime() - observedAt < RECENTLY.toNanos()
        ? OptionalLong.of(revision)
        : OptionalLong.empty();
  }

  /** Asks the quorum for next to nothing, in order to hear its answer. */
  CompletionStage<GetResponse> ping() {
    return look(ANY_KEY, callTimeout);
  }

  /** Asks the quorum for a key, without its value. */
  CompletionStage<GetResponse> look(ByteSequence key, Duration limit) {
    return kv(limit, kv -> kv.get(key, KEYS));
  }

  /** As {@link #ping}, without waiting for a token. */
  CompletionStage<GetResponse> pingWithoutToken() {
    EtcdCall<GetResponse> call =
        open(callTimeout, client -> client.getKVClient().get(ANY_KEY, KEYS));
    if (!closed) {
      call.send();
    }
    return call.answer();
  }

  /**
   * Opens a watch. Unlike all else, its listener is called on jetcd's threads, of an end under a
   * lock.
   *
   * @param opened completed with the watcher, on the thread of {@link #jetcd}; never if that fails,
   *     which the listener hears
   */
  void watch(
      ByteSequence prefix,
      WatchOption option,
      Watch.Listener listener,
      CompletableFuture<Watch.Watcher> opened) {
    jetcd(
        client -> {
          try {
            opened.complete(client.getWatchClient().watch(prefix, option, listener));
          } catch (RuntimeException e) {
            listener.onError(e);
          }
        });
  }

  /** Uses the client on the one thread that talks to jetcd; dropped after {@link #shutdown}. */
  void jetcd(Consumer<Client> use) {
    io.execute(() -> use.accept(client));
  }

  /**
   * Replaces the client if a member accepts connections. Calls and watches of the old one fail as
   * those of a broken connection do; calls that come meanwhile wait and go with the new one.
   *
   * @return whether there is a new client
   */
  CompletionStage<Boolean> replaceClient() {
    token.lost();
    return CompletableFuture.supplyAsync(this::swapClient, io)
        // Without a client every call fails, and so the next attempt is a second away.
        .handleAsync((replaced, failure) -> failure == null && replaced, loop);
  }

  private boolean swapClient() {
    boolean can = clients.canReplace();
    if (can) {
      clients.close(client);
      client = clients.open();
    }
    return can;
  }

  /** Takes note of the end of a watch: the store may be gone, and if so, may be back soon. */
  void streamEnded(Throwable cause) {
    if (EtcdFailures.isOutage(cause)) {
      outage.failed();
    }
  }

  /** Takes note that something was not answered in time: the store may be gone, and back soon. */
  void unanswered() {
    outage.unanswered();
  }

  DiscoveryException failure(Throwable cause) {
    return EtcdFailures.of(clients.toString(), cause);
  }

  DiscoveryException unavailable(String what) {
    return EtcdFailures.unavailable(clients.toString(), what);
  }

  @Override
  public String toString() {
    return clients.toString();
  }

  /** Ends everything. The stage completes when the client is closed, on any thread. */
  CompletionStage<Void> shutdown() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    outage.close();
    closed = true; // first: who hears of a failure may call again
    failPending();
    // Closing takes a moment, unless the thread is stuck in a name lookup.
    loop.schedule(CLOSE, () -> done.complete(null));
    jetcd(
        client -> {
          clients.close(client);
          done.complete(null);
        });
    io.shutdown();
    return done;
  }

  private <T> EtcdCall<T> open(Duration limit, Function<Client, CompletableFuture<T>> rpc) {
    assert loop.inLoop();
    EtcdCall<T> call = new EtcdCall<>(this, outage, limit, rpc, pending::remove);
    if (closed) {
      call.fail(unavailable("the registry is closed"));
    } else {
      pending.add(call);
    }
    return call;
  }

  private void failPending() {
    List.copyOf(pending).forEach(call -> call.fail(unavailable("the registry is closed")));
  }

  private static ExecutorService singleThread(String name) {
    return new ThreadPoolExecutor(
        1,
        1,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        task -> {
          Thread thread = new Thread(task, name);
          thread.setDaemon(true);
          return thread;
        },
        new ThreadPoolExecutor.DiscardPolicy());
  }
}

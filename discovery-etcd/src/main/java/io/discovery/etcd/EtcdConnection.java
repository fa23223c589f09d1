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
 * in time: jetcd itself loses futures that are in flight when its client closes. jetcd is called on
 * one thread of our own, since its resolver looks up host names on the thread that makes a call.
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
  private static final Duration CLOSE = Duration.ofMillis(500);

  private final EventLoop loop;
  private final EtcdClients clients;
  private final Duration callTimeout;
  private final Runnable onReset;
  private final ExecutorService io;
  private final EtcdToken token;
  private final EtcdOutage outage;

  // On the loop.
  private final Set<Consumer<DiscoveryException>> pending = new HashSet<>();
  private long revision;
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
    this.callTimeout = callTimeout(config);
    this.onReset = onReset;
    this.token = new EtcdToken(this, loop, config.user().isPresent());
    this.outage = new EtcdOutage(this, context);
    this.io = singleThread(context.label() + "-etcd");
    jetcd(() -> client = clients.open());
  }

  /**
   * The bound on one call: less than the bound on an operation, which may need several, so that a
   * member that does not answer leaves time to ask the next one.
   */
  static Duration callTimeout(RegistryConfig config) {
    return config.requestTimeout().multipliedBy(3).dividedBy(4);
  }

  Duration callTimeout() {
    return callTimeout;
  }

  /** Makes one call, when there is a token if one is needed. */
  <T> CompletionStage<T> call(Duration limit, Function<Client, CompletableFuture<T>> rpc) {
    CompletableFuture<T> answer = open(limit);
    token
        .ready()
        .whenComplete(
            (ready, failure) -> {
              if (failure == null) {
                send(rpc, answer, true);
              } else {
                answer.completeExceptionally(failure(failure));
              }
            });
    return answer;
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
              }
              observed(now);
              return answer;
            });
  }

  /** Takes note of a revision that the store has reached. */
  void observed(long reached) {
    revision = Math.max(revision, reached);
  }

  /** Asks the quorum for next to nothing, in order to hear its answer. */
  CompletionStage<GetResponse> ping() {
    return kv(callTimeout, kv -> kv.get(ANY_KEY, KEYS));
  }

  /** As {@link #ping}, without waiting for a token. */
  CompletionStage<GetResponse> pingWithoutToken() {
    CompletableFuture<GetResponse> answer = open(callTimeout);
    send(client -> client.getKVClient().get(ANY_KEY, KEYS), answer, false);
    return answer;
  }

  /**
   * Opens a watch. Unlike all else, its listener is called on jetcd's threads, under a lock.
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
        () -> {
          try {
            opened.complete(client.getWatchClient().watch(prefix, option, listener));
          } catch (RuntimeException e) {
            listener.onError(e);
          }
        });
  }

  /** Runs a task on the one thread that talks to jetcd; dropped after {@link #shutdown}. */
  void jetcd(Runnable task) {
    io.execute(task);
  }

  /**
   * Replaces the client if a member accepts connections; all calls and watches of the old one end.
   *
   * @return whether there is a new client
   */
  CompletionStage<Boolean> replaceClient() {
    CompletableFuture<Boolean> replaced = new CompletableFuture<>();
    jetcd(
        () -> {
          boolean can = clients.canReplace();
          if (can) {
            clients.close(client);
            client = clients.open();
          }
          loop.execute(
              () -> {
                if (can) {
                  failPending("gave up on a connection that does not answer");
                }
                replaced.complete(can);
              });
        });
    return replaced;
  }

  /** Takes note of the end of a watch: the store may be gone, and if so, may be back soon. */
  void streamEnded(Throwable cause) {
    if (EtcdFailures.isOutage(cause)) {
      outage.failed();
    }
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
    failPending("the registry is closed");
    // Closing takes a moment, unless the thread is stuck in a name lookup.
    loop.schedule(CLOSE, () -> done.complete(null));
    jetcd(
        () -> {
          clients.close(client);
          done.complete(null);
        });
    closed = true;
    io.shutdown();
    return done;
  }

  private <T> CompletableFuture<T> open(Duration limit) {
    assert loop.inLoop();
    CompletableFuture<T> answer = new CompletableFuture<>();
    if (closed) {
      answer.completeExceptionally(unavailable("the registry is closed"));
      return answer;
    }
    Consumer<DiscoveryException> abandon = answer::completeExceptionally;
    pending.add(abandon);
    EventLoop.Timer timer =
        loop.schedule(
            limit,
            () -> {
              outage.failed();
              answer.completeExceptionally(unavailable("no answer in time"));
            });
    CompletionStage<T> end = answer;
    end.whenComplete(
        (value, failure) -> {
          timer.cancel();
          pending.remove(abandon);
        });
    return answer;
  }

  private <T> void send(
      Function<Client, CompletableFuture<T>> rpc, CompletableFuture<T> answer, boolean mayRenew) {
    jetcd(
        () -> {
          if (!answer.isDone()) {
            start(rpc)
                .whenComplete(
                    (value, failure) ->
                        loop.execute(() -> settle(rpc, answer, value, failure, mayRenew)));
          }
        });
  }

  private <T> CompletionStage<T> start(Function<Client, CompletableFuture<T>> rpc) {
    try {
      return rpc.apply(client);
    } catch (RuntimeException e) {
      // jetcd refuses at once when its client, or the caller's, has been closed.
      return CompletableFuture.failedFuture(e);
    }
  }

  private <T> void settle(
      Function<Client, CompletableFuture<T>> rpc,
      CompletableFuture<T> answer,
      T value,
      Throwable failure,
      boolean mayRenew) {
    if (answer.isDone()) {
      return;
    }
    if (failure == null) {
      outage.answered();
      answer.complete(value);
    } else if (mayRenew && EtcdFailures.isStaleToken(failure)) {
      // Turned down before execution, so it is safe to send again.
      token
          .renew()
          .whenComplete(
              (ready, denied) -> {
                if (denied == null) {
                  send(rpc, answer, false);
                } else {
                  answer.completeExceptionally(failure(denied));
                }
              });
    } else {
      if (EtcdFailures.isOutage(failure)) {
        outage.failed();
      } else {
        outage.answered();
      }
      answer.completeExceptionally(failure(failure));
    }
  }

  private void failPending(String why) {
    List.copyOf(pending).forEach(abandon -> abandon.accept(unavailable(why)));
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

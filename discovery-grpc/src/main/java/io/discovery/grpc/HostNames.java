package io.discovery.grpc;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The addresses behind the hosts of one service, since gRPC looks up no names itself. A name is
 * looked up when it first appears; again every {@link #RETRY} while that fails; and when a channel
 * asks for a refresh and the answer is older than {@link #FRESH}. A failure leaves an earlier
 * answer standing. Hosts that no instance uses are forgotten, which bounds the cache.
 *
 * <p>Safe for any thread; never blocks. Look-ups do, so they run on daemon threads, started when
 * needed, and not on a channel's executor: a slow name server shall hold up no calls, and an answer
 * serves all channels. A service has {@value #AT_ONCE} under way at most, the first of them on a
 * thread of its own, so that no number of services whose names hang keeps it from its answers. The
 * others share {@value #SHARED_THREADS} threads. Hence the process has that many at most, and one
 * more for each service.
 */
final class HostNames implements AutoCloseable {
  /** As long as a JVM by default remembers a failure. */
  static final Duration RETRY = Duration.ofSeconds(10);

  /** As long as a JVM by default remembers an answer. */
  static final Duration FRESH = Duration.ofSeconds(30);

  private static final Logger LOG = System.getLogger("io.discovery.grpc");
  static final int SHARED_THREADS = 64;
  static final int AT_ONCE = 8;

  /** For one look-up of each service, which waits for no other's. */
  private static final Executor OWN = pool(0, Integer.MAX_VALUE, new SynchronousQueue<>());

  /** For the others. */
  private static final Executor SHARED =
      pool(SHARED_THREADS, SHARED_THREADS, new LinkedBlockingQueue<>());

  private static final Pattern IPV4 =
      Pattern.compile("((25[0-5]|2[0-4]\\d|[01]?\\d?\\d)(\\.(?!$)|$)){4}");

  private final Lookup lookup;
  private final Duration retry;
  private final Duration fresh;
  private final Runnable changed;
  private final Map<String, Answer> answers = new HashMap<>(); // guarded by this
  private final Queue<String> waiting = new ArrayDeque<>(); // guarded by this
  private boolean ownWorks; // the worker on OWN; guarded by this
  private int othersWork; // workers on SHARED; guarded by this
  private boolean retrying; // guarded by this
  private boolean closed; // guarded by this

  /**
   * @param changed called on a look-up's thread, under no lock, when there is news
   */
  HostNames(Lookup lookup, Duration retry, Duration fresh, Runnable changed) {
    this.lookup = lookup;
    this.retry = retry;
    this.fresh = fresh;
    this.changed = changed;
  }

  /** {@link InetAddress#getAllByName}, or what stands for it in tests. */
  @FunctionalInterface
  interface Lookup {
    InetAddress[] lookUp(String host) throws UnknownHostException;
  }

  /**
   * What is known about a host.
   *
   * @param addresses where it is; empty if that was never known
   * @param failed whether the last look-up ended without an answer
   * @param pending whether a look-up is under way
   * @param at when the last one ended, by {@link System#nanoTime}
   */
  record Answer(List<InetAddress> addresses, boolean failed, boolean pending, long at) {
    static final Answer NOT_ASKED = new Answer(List.of(), false, false, 0);

    /** Tells whether the first answer is still to come. */
    boolean isAwaited() {
      return pending && !failed && addresses.isEmpty();
    }

    Answer asPending() {
      return new Answer(addresses, failed, true, at);
    }

    /** Answers rotate; one with the same addresses in another order is the same. */
    Answer next(List<InetAddress> found) {
      boolean same =
          found.size() == addresses.size() && Set.copyOf(found).equals(Set.copyOf(addresses));
      return new Answer(same ? addresses : List.copyOf(found), false, false, System.nanoTime());
    }

    Answer failure() {
      return new Answer(addresses, true, false, System.nanoTime());
    }
  }

  /** Returns what is known about a host, and begins to find out if that is nothing. */
  synchronized Answer answer(String host) {
    Answer known = answers.get(host);
    return known == null ? begin(host, Answer.NOT_ASKED) : known;
  }

  /** Forgets all other hosts. */
  synchronized void retain(Set<String> hosts) {
    answers.keySet().retainAll(hosts);
    waiting.retainAll(hosts);
  }

  /** Looks up again what may have changed since the last answer. */
  synchronized void refresh() {
    long now = System.nanoTime();
    for (String host : new HashSet<>(answers.keySet())) {
      Answer known = answers.get(host);
      if (!known.pending() && now - known.at() >= fresh.toNanos()) {
        begin(host, known);
      }
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    answers.clear();
    waiting.clear();
  }

  private Answer begin(String host, Answer known) {
    Optional<InetAddress> literal = literal(host);
    Answer next = literal.map(address -> known.next(List.of(address))).orElseGet(known::asPending);
    answers.put(host, next);
    if (literal.isEmpty()) {
      waiting.add(host);
      if (!ownWorks) {
        OWN.execute(() -> lookUpNext(true));
        ownWorks = true;
      } else if (othersWork < AT_ONCE - 1) {
        SHARED.execute(() -> lookUpNext(false));
        othersWork++;
      }
    }
    return next;
  }

  /**
   * @param own whether on the service's own thread
   */
  private void lookUpNext(boolean own) {
    String host;
    synchronized (this) {
      host = waiting.poll();
      if (host == null) {
        if (own) {
          ownWorks = false;
        } else {
          othersWork--;
        }
        return;
      }
    }
    try {
      lookUp(host);
    } finally {
      // No loop: on SHARED it queues behind other services, which wait for a thread.
      (own ? OWN : SHARED).execute(() -> lookUpNext(own));
    }
  }

  private void lookUp(String host) {
    synchronized (this) {
      if (closed || !answers.containsKey(host)) {
        return;
      }
    }
    Optional<List<InetAddress>> found = ask(host);
    synchronized (this) {
      Answer known = answers.get(host);
      if (known == null) {
        return;
      }
      answers.put(host, found.map(known::next).orElseGet(known::failure));
      if (found.isEmpty()) {
        Level level = known.failed() ? Level.DEBUG : Level.WARNING;
        LOG.log(
            level,
            "host {0} of an instance has no address; next look-up in {1}",
            Percent.encode(host),
            retry);
        retryLater();
      }
    }
    changed.run();
  }

  private Optional<List<InetAddress>> ask(String host) {
    try {
      return Optional.of(List.of(lookup.lookUp(host)));
    } catch (UnknownHostException e) {
      return Optional.empty();
    } catch (RuntimeException | Error e) {
      // A resolver that is plugged into the JVM; to let it through would leave the answer awaited.
      LOG.log(Level.WARNING, "the look-up of host " + Percent.encode(host) + " failed", e);
      return Optional.empty();
    }
  }

  private void retryLater() {
    if (!retrying) {
      retrying = true;
      CompletableFuture.delayedExecutor(retry.toMillis(), TimeUnit.MILLISECONDS, OWN)
          .execute(this::retryFailed);
    }
  }

  private synchronized void retryFailed() {
    retrying = false;
    for (String host : new HashSet<>(answers.keySet())) {
      Answer known = answers.get(host);
      if (known.failed() && !known.pending()) {
        begin(host, known);
      }
    }
  }

  /** Returns the address that a host is rather than has, without any question to a name server. */
  static Optional<InetAddress> literal(String host) {
    boolean v6 = host.indexOf(':') >= 0;
    if (!v6 && !IPV4.matcher(host).matches()) {
      return Optional.empty();
    }
    try {
      // Brackets say that it must be a literal.
      return Optional.of(InetAddress.getByName(v6 ? "[" + host + "]" : host));
    } catch (UnknownHostException notOne) {
      return Optional.empty();
    }
  }

  private static Executor pool(int core, int most, BlockingQueue<Runnable> queue) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            core,
            most,
            10,
            TimeUnit.SECONDS,
            queue,
            task -> {
              Thread thread = new Thread(task, "discovery-grpc-lookup");
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}

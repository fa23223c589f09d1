package io.discovery.tck;

import io.discovery.DiscoveryException;
import io.discovery.Registry;
import io.discovery.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lists the services over and over, on a thread of its own, and keeps every answer. */
final class ChaosLister implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final long PAUSE_MILLIS = 400;

  /** One answer, of a read that was begun and ended then. */
  record Answer(long begun, long ended, Snapshot snapshot) {}

  private final Registry registry;
  private final ChaosJournal journal;
  private final CountDownLatch end = new CountDownLatch(1);
  private final List<Answer> answers = new ArrayList<>(); // guarded by this
  private final Thread thread = new Thread(this::run, "chaos-lister");
  private volatile Throwable failure;

  ChaosLister(Registry registry, ChaosJournal journal) {
    this.registry = registry;
    this.journal = journal;
    thread.setDaemon(true);
    thread.start();
  }

  synchronized List<Answer> answers() {
    return List.copyOf(answers);
  }

  /** Ends the listing; fails if a list failed in another way than it may. */
  @Override
  public void close() {
    end.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      throw new AssertionError("rule 4.1: a list failed in a way it must not", failure);
    }
  }

  private void run() {
    try {
      do {
        for (String service : ChaosSlot.SERVICES) {
          list(service);
        }
      } while (!end.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException | RuntimeException e) {
      failure = e;
    }
  }

  private void list(String service) {
    long begun = System.currentTimeMillis();
    try {
      Snapshot snapshot = registry.list(service, TIMEOUT);
      long ended = System.currentTimeMillis();
      synchronized (this) {
        answers.add(new Answer(begun, ended, snapshot));
      }
      journal.note(ended, "list", service + " has " + ChaosSight.describe(snapshot));
    } catch (DiscoveryException e) {
      journal.note("list", service + " fails: " + e.getMessage());
    }
  }
}

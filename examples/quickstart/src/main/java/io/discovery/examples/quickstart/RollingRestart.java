package io.discovery.examples.quickstart;

import io.discovery.grpc.RegisteredServer;
import io.grpc.ManagedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Every server of a service is replaced, one after the other, under eight workers that call all the
 * time: no call fails. {@code mvn -q -Pquickstart -Dexample=RollingRestart}
 */
public final class RollingRestart {
  private static final int SERVERS = 3;
  private static final int WORKERS = 8;

  private RollingRestart() {}

  /** Plays it; fails if a call does. */
  public static void main(String[] args) throws Exception {
    try (Fleet fleet = Fleet.open()) {
      List<RegisteredServer> servers = new ArrayList<>();
      for (int i = 1; i <= SERVERS; i++) {
        servers.add(fleet.serve("server " + i, instance -> instance));
      }
      ManagedChannel channel = fleet.dial("lb=discovery");
      AtomicLong calls = new AtomicLong();
      AtomicBoolean over = new AtomicBoolean();
      ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
      List<Future<?>> work = new ArrayList<>();
      for (int i = 0; i < WORKERS; i++) {
        work.add(workers.submit(() -> callUntil(over, channel, calls)));
      }
      workers.shutdown();
      for (int i = 0; i < SERVERS; i++) {
        RegisteredServer next = fleet.serve("server " + (i + 1) + ", new", instance -> instance);
        servers.get(i).close();
        System.out.printf("%,8d calls; %s%n", calls.get(), next);
      }
      over.set(true);
      for (Future<?> each : work) {
        each.get(); // throws what a call has failed with
      }
      System.out.printf("%,8d calls, 0 failed%n", calls.get());
    }
  }

  private static void callUntil(AtomicBoolean over, ManagedChannel channel, AtomicLong calls) {
    while (!over.get()) {
      Fleet.greet(channel);
      calls.incrementAndGet();
    }
  }
}

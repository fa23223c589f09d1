package io.discovery.benchmarks;

import java.util.Scanner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/** The other side of {@link RemoteWriter}. It ends when its input does. */
final class RemoteWriterMain {
  static final String DONE = "done";

  private RemoteWriterMain() {}

  public static void main(String[] args) throws Exception {
    Writer writer = StoreType.valueOf(args[0]).writer(args[1]);
    try (Scanner commands = new Scanner(System.in, "UTF-8")) {
      while (commands.hasNext()) {
        String service = commands.next();
        int instances = commands.nextInt();
        change(
            writer, service, instances, commands.nextInt(), commands.nextInt(), commands.nextInt());
        writer.create(service, instances).join();
        System.out.println(DONE);
      }
    }
    System.exit(0);
  }

  private static void change(
      Writer writer, String service, int instances, int changes, int paceMicros, int version)
      throws InterruptedException {
    Semaphore turns = new Semaphore(Writer.IN_FLIGHT);
    CompletableFuture<?>[] writes = new CompletableFuture<?>[changes];
    long start = System.nanoTime();
    for (int i = 0; i < changes; i++) {
      turns.acquire();
      writes[i] =
          writer
              .change(service, i % instances, version + i / instances)
              .whenComplete((done, failure) -> turns.release());
      long early = start + (i + 1L) * paceMicros * 1_000 - System.nanoTime();
      if (early > 0) {
        LockSupport.parkNanos(early);
      }
    }
    CompletableFuture.allOf(writes).join();
  }
}

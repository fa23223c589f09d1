package io.discovery.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.Backend;
import io.discovery.spi.Listing;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.junit.jupiter.api.Test;

/** How reads that are under way together share the connection. */
class ZooKeeperReadsTest extends FrameProxyTest {
  /** The first batch is alone; by the time it is answered all the others are known. */
  @Test
  void theNodesOfManyServicesShareBatches() {
    List<String> services = IntStream.range(0, 10).mapToObj(i -> "s" + i).toList();
    services.forEach(service -> fill(service, 2, "x"));
    Driver driver = connected();
    AtomicInteger batches = count(OpCode.multiRead);
    for (Listing listing : driver.call(b -> all(b, services))) {
      assertEquals(2, listing.entries().size());
    }
    // 2, then two of up to ten.
    assertEquals(3, batches.get());
  }

  @Test
  void aServiceOfFewDoesNotWaitForOneOfMany() {
    fill("many", 400, "x");
    fill("few", 1, "y");
    fill("single", 1, "z");
    Driver driver = connected();
    List<Listing> answered = driver.call(b -> all(b, List.of("few", "many", "single")));
    assertEquals(
        List.of(1, 1, 400), answered.stream().map(listing -> listing.entries().size()).toList());
  }

  /**
   * The server holds each answer in memory, so what light nodes allow must not go for heavy ones.
   */
  @Test
  void batchesAreAsLargeAsTheHeaviestNodesAllow() {
    fill("light", 1_000, "x");
    fill("heavy", 500, "x".repeat(50_000));
    Driver driver = connected();
    AtomicInteger largest = new AtomicInteger();
    proxy.next(
        frame -> {
          if (Frame.reply(OpCode.multiRead).test(frame)) {
            largest.accumulateAndGet(frame.bytes().length, Math::max);
          }
          return false;
        },
        FrameProxy.LOST);
    for (List<String> services : List.of(List.of("light", "heavy"), List.of("heavy", "light"))) {
      driver.call(b -> all(b, services));
    }
    assertTrue(largest.get() > 500_000, () -> largest + " bytes: more round trips than needed");
    assertTrue(largest.get() < 4_500_000, () -> largest + " bytes in one answer");
  }

  /** Those that had not been sent yet neither wait on nor go out on the next connection. */
  @Test
  void aCutEndsTheReadsInLineToo() {
    fill("a", 30, "x");
    fill("b", 30, "x");
    Driver driver = connected();
    proxy.next(Frame.reply(OpCode.multiRead), FrameProxy.LOST_AND_CUT);
    AtomicInteger batches = count(OpCode.multiRead);
    for (CompletableFuture<Listing> cut : lists(driver)) {
      assertEquals(Reason.UNAVAILABLE, Driver.reason(cut));
    }
    assertEquals(0, driver.eventually(Driver.SOON, b -> b.list("nothing")).entries().size());
    assertEquals(1, batches.get());
  }

  /** As a server does that is told to throttle: the connection lives on. */
  @Test
  void aRefusalEndsTheReadsInLineToo() {
    fill("a", 30, "x");
    fill("b", 30, "x");
    Driver driver = connected();
    proxy.next(
        Frame.reply(OpCode.multiRead),
        (frame, wire) -> wire.pass(frame.refused(Code.THROTTLEDOP.intValue())));
    for (CompletableFuture<Listing> refused : lists(driver)) {
      assertEquals(Reason.UNAVAILABLE, Driver.reason(refused));
    }
    assertEquals(30, driver.call(b -> b.list("a")).entries().size());
    assertEquals(1, driver.reachableCalls());
  }

  private Driver connected() {
    // Whoever is forgotten is so for longer than a test waits.
    Driver driver = open(proxied().with("list-timeout", "30s"));
    driver.call(b -> b.list("nothing"));
    return driver;
  }

  private void fill(String service, int count, String value) {
    for (int i = 0; i < count; i++) {
      put("/" + service + "/" + i, value);
    }
  }

  /** Begins to list a and b in the same turn of the loop. */
  private static List<CompletableFuture<Listing>> lists(Driver driver) {
    return driver.onLoop(
        () -> List.of(driver.start(b -> b.list("a")), driver.start(b -> b.list("b"))));
  }

  /** Lists all at once; the listings are in the order of the answers. */
  private static CompletionStage<List<Listing>> all(Backend backend, List<String> services) {
    List<Listing> answered = new ArrayList<>();
    return CompletableFuture.allOf(
            services.stream()
                .map(service -> backend.list(service).thenAccept(answered::add))
                .map(CompletionStage::toCompletableFuture)
                .toArray(CompletableFuture[]::new))
        .thenApply(done -> answered);
  }
}

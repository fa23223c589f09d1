package io.discovery.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.discovery.spi.Listing;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.junit.jupiter.api.Test;

/** What reads that begin together share on the wire. */
class ZooKeeperBarrierTest extends FrameProxyTest {
  @Test
  void readsThatBeginTogetherShareTheSyncAndTheLookAtTheRoot() {
    put("/a/1", "x");
    put("/b/2", "y");
    Driver driver = open(proxied());
    driver.call(b -> b.services());
    AtomicInteger syncs = count(OpCode.sync);
    AtomicInteger looks = count(OpCode.exists);
    AtomicInteger lists = count(OpCode.getChildren2);
    List<Listing> found =
        driver.call(
            b -> b.list("a").thenCombine(b.list("b"), (first, second) -> List.of(first, second)));
    assertEquals(
        List.of("1", "2"), found.stream().map(listing -> listing.entries().get(0).id()).toList());
    assertEquals(found.get(0).store(), found.get(1).store());
    assertEquals(List.of(1, 1, 2), List.of(syncs.get(), looks.get(), lists.get()));
  }

  @Test
  void oneThatBeginsLaterHasItsOwn() {
    put("/a/1", "x");
    Driver driver = open(proxied());
    driver.call(b -> b.services());
    AtomicInteger syncs = count(OpCode.sync);
    driver.call(b -> b.list("a"));
    driver.call(b -> b.list("a"));
    assertEquals(2, syncs.get());
  }
}

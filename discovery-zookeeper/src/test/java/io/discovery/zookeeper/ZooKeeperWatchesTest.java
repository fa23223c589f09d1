package io.discovery.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.discovery.tck.Await;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.junit.jupiter.api.Test;

/** What becomes of a watch whose connection is lost, and which the client sets on the next. */
class ZooKeeperWatchesTest extends FrameProxyTest {
  @Test
  void whoWatchesAgainTakesItOver() {
    Driver driver = open(proxied());
    AtomicInteger removals = count(OpCode.removeWatches);
    loseTheWatch(driver);
    Seen again = driver.subscribe("a").awaitRecords(Map.of("1", "x"));
    put("/a/2", "y");
    again.awaitRecords(Map.of("1", "x", "2", "y"));
    assertEquals(0, removals.get());
    driver.close(again);
    Await.until("its removal", Driver.SOON, () -> removals.get() == 1);
  }

  @Test
  void ifNobodyDoesItIsRemoved() {
    Driver driver = open(proxied());
    AtomicInteger removals = count(OpCode.removeWatches);
    loseTheWatch(driver);
    Await.until("its removal", Driver.SOON, () -> removals.get() == 1);
    driver.subscribe("a").awaitRecords(Map.of("1", "x"));
  }

  private void loseTheWatch(Driver driver) {
    put("/a/1", "x");
    Seen lost = driver.subscribe("a").awaitRecords(Map.of("1", "x"));
    proxy.cut();
    lost.awaitEnd();
    driver.eventually(Driver.SOON, b -> b.services());
  }
}

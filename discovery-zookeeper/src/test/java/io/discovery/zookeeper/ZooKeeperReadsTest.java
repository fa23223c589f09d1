package io.discovery.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.tck.Await;
import io.discovery.zookeeper.ZooKeeperSession.Node;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher.WatcherType;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ZKConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What reads that are under way together share on the wire. */
class ZooKeeperReadsTest extends FrameProxyTest {
  private static final int LARGE_BUFFER = 128 << 20;
  private static final int DEFAULT_BUFFER = ZKClientConfig.CLIENT_MAX_PACKET_LENGTH_DEFAULT;

  private Driver driver;

  @BeforeEach
  void openLoop() {
    driver = open(direct());
  }

  @Test
  void readsThatBeginTogetherShareARequest() throws IOException {
    List<String> services = IntStream.range(0, 5).mapToObj(i -> "s" + i).toList();
    services.forEach(service -> fill(service, 2, service));
    AtomicInteger requests = count(OpCode.multiRead);
    ZooKeeperReads reads = reads();
    var found = together(services.stream().map(service -> starter(reads, service, 2)).toList());
    for (int i = 0; i < services.size(); i++) {
      Map<String, Node> nodes = Driver.join(found.get(i));
      assertEquals(Set.of("0", "1"), nodes.keySet());
      for (Node node : nodes.values()) {
        assertEquals(services.get(i), text(node));
      }
    }
    assertEquals(1, requests.get());
  }

  @Test
  void thoseThatComeWhileOneIsUnderWayShareTheNextRequest() throws IOException {
    List<CompletableFuture<Map<String, Node>>> found = new ArrayList<>();
    AtomicInteger requests = count(OpCode.multiRead);
    ZooKeeperReads reads = reads();
    CompletableFuture<Void> answer = new CompletableFuture<>();
    proxy.next(Frame.reply(OpCode.multiRead), FrameProxy.heldUntil(answer));
    for (int i = 0; i < 5; i++) {
      fill("s" + i, 2, "x");
      found.addAll(together(List.of(starter(reads, "s" + i, 2))));
    }
    answer.complete(null);
    found.forEach(nodes -> assertEquals(2, Driver.join(nodes).size()));
    assertEquals(2, requests.get());
  }

  @Test
  void manyDoNotWaitForAnAnswer() throws IOException {
    fill("a", 10, "x");
    AtomicInteger requests = count(OpCode.multiRead);
    ZooKeeperReads reads = reads();
    CompletableFuture<Void> answer = new CompletableFuture<>();
    proxy.next(Frame.reply(OpCode.multiRead), FrameProxy.heldUntil(answer));
    List<CompletableFuture<Map<String, Node>>> found = new ArrayList<>();
    for (int i = 0; i < 1 + 128 / 10 + 1; i++) {
      found.addAll(together(List.of(starter(reads, "a", 10))));
    }
    Await.until("the second request", Driver.SOON, () -> requests.get() > 1);
    answer.complete(null);
    found.forEach(nodes -> assertEquals(10, Driver.join(nodes).size()));
  }

  /** The client would carry them over to its next connection. */
  @Test
  void whoWaitedWhenTheConnectionWasCutIsNotSent() throws IOException {
    fill("a", 1, "x");
    AtomicInteger requests = count(OpCode.multiRead);
    ZooKeeperReads reads = reads();
    var lost = proxy.next(Frame.request(OpCode.multiRead), FrameProxy.LOST);
    List<CompletableFuture<Map<String, Node>>> found = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      found.addAll(together(List.of(starter(reads, "a", 1))));
    }
    lost.await();
    proxy.cut();
    for (var each : found) {
      var failure = assertThrows(CompletionException.class, () -> Driver.join(each));
      assertEquals(Code.CONNECTIONLOSS, ((KeeperException) failure.getCause()).code());
    }
    Await.until(
        "a read that is answered",
        Driver.SOON,
        () -> {
          var again = together(List.of(starter(reads, "a", 1))).get(0);
          return again.handle((nodes, failure) -> failure == null).join();
        });
    assertEquals(2, requests.get(), "the one that was lost, and one that was answered");
  }

  /** The server holds each answer in memory, so what light nodes allow is not for heavy ones. */
  @Test
  void howManyNodesAreReadAtATimeDependsOnWhatThoseOfTheirServiceWeigh() throws IOException {
    fill("light", 1_000, "x");
    fill("heavy", 200, "x".repeat(50_000));
    AtomicInteger largest = new AtomicInteger();
    AtomicInteger requests = new AtomicInteger();
    proxy.next(
        frame -> {
          if (Frame.reply(OpCode.multiRead).test(frame)) {
            requests.incrementAndGet();
            largest.accumulateAndGet(frame.bytes().length, Math::max);
          }
          return false;
        },
        FrameProxy.LOST);
    ZooKeeperReads reads = reads();
    var light = together(List.of(starter(reads, "light", 1_000))).get(0);
    assertEquals(1_000, Driver.join(light).size());
    // 10, 20, 20, 40, 40, 40, 80, 80, 80, 80, 128 and so on
    assertTrue(requests.get() <= 16, () -> requests + " requests for light nodes");
    var both = together(List.of(starter(reads, "light", 1_000), starter(reads, "heavy", 200)));
    assertEquals(1_000, Driver.join(both.get(0)).size());
    assertEquals(200, Driver.join(both.get(1)).size());
    assertTrue(largest.get() < 1_200_000, () -> largest + " bytes in one answer");
  }

  /**
   * An answer over its buffer would end the connection, and with it whatever else it is used for.
   */
  @Test
  void onALentClientWithASmallBufferNodesAreReadOneByOneUntilTheirWeightIsKnown()
      throws IOException {
    List<String> services = List.of("a", "b", "c");
    services.forEach(service -> fill(service, 3, "x".repeat(600_000)));
    ZooKeeperReads reads = reads(DEFAULT_BUFFER, true);
    for (var found : together(services.stream().map(s -> starter(reads, s, 3)).toList())) {
      assertEquals(3, Driver.join(found).size());
    }
  }

  @Test
  void aRequestThatIsRefusedFailsWhatItIsForOnly() throws IOException {
    fill("a", 30, "x");
    fill("b", 30, "x");
    proxy.next(
        Frame.reply(OpCode.multiRead),
        (frame, wire) -> wire.pass(frame.refused(Code.THROTTLEDOP.intValue())));
    ZooKeeperReads reads = reads();
    var refused = together(List.of(starter(reads, "a", 30))).get(0);
    var served = together(List.of(starter(reads, "b", 30))).get(0);
    assertEquals(30, Driver.join(served).size());
    var failure = assertThrows(CompletionException.class, () -> Driver.join(refused));
    assertEquals(Code.THROTTLEDOP, ((KeeperException) failure.getCause()).code());
  }

  /** It may have been created by an older version; no other record is hidden by it (rule 3.13). */
  @Test
  void aNameThatOurClientRefusesIsARecordThatCannotBeRead() throws IOException {
    fill("a", 2, "x");
    fill("b", 1, "y");
    ZooKeeperReads reads = reads();
    String bad = "bad\u001f";
    var found =
        together(
            List.of(
                () -> reads.read(root + "/a", List.of("0", bad, "1")).toCompletableFuture(),
                starter(reads, "b", 1)));
    Map<String, Node> nodes = Driver.join(found.get(0));
    assertEquals(Set.of("0", bad, "1"), nodes.keySet());
    assertEquals("x", text(nodes.get("1")));
    assertFalse(text(nodes.get(bad)).isEmpty());
    assertEquals(Set.of("0"), Driver.join(found.get(1)).keySet());
  }

  /** 128 paths of ten thousand characters are a request that ends the connection. */
  @Test
  void aNameThatIsTooLongForAnInstanceIsNotAskedFor() throws IOException {
    fill("a", 1, "x");
    List<String> names = new ArrayList<>();
    IntStream.range(0, 150).forEach(i -> names.add(i + "n".repeat(10_000)));
    names.add("0");
    ZooKeeperReads reads = reads();
    var found =
        together(List.of(() -> reads.read(root + "/a", names).toCompletableFuture())).get(0);
    Map<String, Node> nodes = Driver.join(found);
    assertEquals(Set.copyOf(names), nodes.keySet());
    assertEquals("x", text(nodes.get("0")));
  }

  /** Else those that were given up slow down the next ones, until none is finished in time. */
  @Test
  void aReadThatNobodyWaitsForStops() throws IOException {
    fill("a", 1_000, "x");
    AtomicInteger requests = count(OpCode.multiRead);
    ZooKeeperReads reads = reads(LARGE_BUFFER, false, Duration.ofMillis(1));
    var found = together(List.of(starter(reads, "a", 1_000))).get(0);
    var failure = assertThrows(CompletionException.class, () -> Driver.join(found));
    assertEquals(Code.OPERATIONTIMEOUT, ((KeeperException) failure.getCause()).code());
    assertTrue(requests.get() < 16, () -> requests + " requests");
  }

  @Test
  void aReadThatWaitsTooLongForItsTurnFails() throws IOException {
    fill("a", 1, "x");
    Duration limit = Duration.ofMillis(1);
    ZooKeeperReads reads = reads(LARGE_BUFFER, false, limit);
    Supplier<CompletableFuture<Map<String, Node>>> starter = starter(reads, "a", 1);
    var found =
        together(
                List.of(
                    () -> {
                      var begun = starter.get();
                      long late = System.nanoTime() + limit.toNanos();
                      while (System.nanoTime() - late <= 0) {
                        Thread.onSpinWait(); // keeps the loop busy
                      }
                      return begun;
                    }))
            .get(0);
    var failure = assertThrows(CompletionException.class, () -> Driver.join(found));
    assertEquals(Code.OPERATIONTIMEOUT, ((KeeperException) failure.getCause()).code());
  }

  @Test
  void whatIsGoneIsMissingAndNothingIsNothing() throws IOException {
    fill("a", 1, "x");
    ZooKeeperReads reads = reads();
    assertEquals(
        Set.of("0"), Driver.join(together(List.of(starter(reads, "a", 12))).get(0)).keySet());
    assertEquals(Map.of(), Driver.join(together(List.of(starter(reads, "a", 0))).get(0)));
  }

  private ZooKeeperReads reads() throws IOException {
    return reads(LARGE_BUFFER, false);
  }

  private ZooKeeperReads reads(int buffer, boolean lent) throws IOException {
    return reads(buffer, lent, Duration.ofSeconds(10));
  }

  private ZooKeeperReads reads(int buffer, boolean lent, Duration limit) throws IOException {
    ZKClientConfig config = new ZKClientConfig();
    config.setProperty(ZKConfig.JUTE_MAXBUFFER, Integer.toString(buffer));
    ZooKeeper zk =
        closing(new ZooKeeper(proxy.endpoint(), (int) TTL.toMillis(), event -> {}, config));
    Await.until("connected", Driver.SOON, () -> zk.getState().isConnected());
    return driver.onLoop(
        () ->
            new ZooKeeperReads(
                driver.loop(),
                new ZooKeeperSession(zk, WatcherType.Any, driver.loop(), driver.loop()),
                lent,
                limit));
  }

  private Supplier<CompletableFuture<Map<String, Node>>> starter(
      ZooKeeperReads reads, String service, int count) {
    List<String> names = IntStream.range(0, count).mapToObj(Integer::toString).toList();
    return () -> reads.read(root + "/" + service, names).toCompletableFuture();
  }

  /** Starts all in one turn of the loop. */
  private List<CompletableFuture<Map<String, Node>>> together(
      List<Supplier<CompletableFuture<Map<String, Node>>>> starters) {
    return driver.onLoop(() -> starters.stream().map(Supplier::get).toList());
  }

  private static String text(Node node) {
    return new String(node.value(), UTF_8);
  }

  private void fill(String service, int count, String value) {
    for (int i = 0; i < count; i++) {
      put("/" + service + "/" + i, value);
    }
  }
}

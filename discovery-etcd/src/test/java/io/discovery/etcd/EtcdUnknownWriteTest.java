package io.discovery.etcd;

import static io.discovery.etcd.Driver.SOON;
import static io.discovery.etcd.Driver.TTL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.spi.Write.Claim;
import io.discovery.tck.Await;
import io.discovery.tck.TcpProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Writes that failed and happened all the same, at once or much later. */
class EtcdUnknownWriteTest extends EtcdTest {
  /** Long enough for all that happens here; what is lost is not lost by expiry. */
  private static final Duration LONG = Duration.ofSeconds(20);

  @Test
  void aWriteWhoseAnswerWasLostIsRecognisedAndNotRepeated() {
    TcpProxy proxy = closing(new TcpProxy(server.port()));
    Driver driver = open(config().withEndpoints(proxy.endpoint()));
    Driver.Owned owned = driver.own("s", "a", LONG);
    owned.take("1");
    proxy.blackHole(false, true);
    assertFails(Reason.UNAVAILABLE, owned.start("2", Claim.HEAL));
    Await.until("the write has happened", SOON, () -> stored("s").equals(Map.of("a", "2")));
    long revision = etcd.revision();
    proxy.pass();
    retry(owned, "2");
    assertEquals(revision, etcd.revision());
    assertTrue(owned.lost.isEmpty());
  }

  @Test
  void aFirstWriteThatLandsLateIsRecognised() {
    Driver driver = open();
    driver.services();
    Driver.Owned owned = driver.own("s", "a", LONG);
    server.pause();
    assertFails(Reason.UNAVAILABLE, owned.start("1", Claim.TAKE_OVER));
    server.resume();
    retry(owned, "1");
    assertEquals(Map.of("a", "1"), stored("s"));
    owned.release();
    hold(Duration.ofSeconds(1), () -> stored("s").isEmpty());
  }

  @Test
  void aLateUpdateDoesNotUndoTheNextOne() {
    Driver driver = open();
    Driver.Owned owned = driver.own("s", "a", LONG);
    owned.take("1");
    server.pause();
    List<CompletableFuture<Duration>> attempts = new ArrayList<>();
    attempts.add(owned.start("2", Claim.HEAL));
    assertFails(Reason.UNAVAILABLE, attempts.get(0));
    server.resume();
    retry(owned, "3");
    hold(Duration.ofSeconds(1), () -> stored("s").equals(Map.of("a", "3")));
  }

  @Test
  void aLateUpdateDoesNotHurtASuccessor() {
    Driver.Owned owned = open().own("s", "a", LONG);
    owned.take("1");
    server.pause();
    assertFails(Reason.UNAVAILABLE, owned.start("2", Claim.HEAL));
    server.resume();
    open().own("s", "a", LONG).take("successor");
    assertFails(Reason.SUPERSEDED, owned.start("2", Claim.HEAL));
    owned.release();
    hold(Duration.ofSeconds(1), () -> stored("s").equals(Map.of("a", "successor")));
  }

  @Test
  void aReleaseDefeatsAWriteStillUnderWay() {
    Driver driver = open();
    Driver.Owned owned = driver.own("s", "a", LONG);
    owned.take("1");
    server.pause();
    assertFails(Reason.UNAVAILABLE, owned.start("2", Claim.HEAL));
    assertFails(Reason.UNAVAILABLE, driver.begin(owned.ownership::release));
    server.resume();
    Await.until(
        "the release succeeds", SOON, () -> succeeds(driver.begin(owned.ownership::release)));
    hold(Duration.ofSeconds(1), () -> stored("s").isEmpty());
  }

  @Test
  void anOutageOfMoreThanATtlIsToldAndThenAdoptedWithoutAWrite() {
    Driver.Owned owned = open().own("s", "a", TTL);
    owned.take("1");
    server.kill();
    assertEquals(Reason.UNAVAILABLE, owned.awaitLost(TTL.plusSeconds(3)).reason());
    server.start();
    long revision = etcd.revision();
    retry(owned, "1");
    hold(TTL.multipliedBy(2), () -> record("s", "a").getModRevision() <= revision);
    assertEquals(1, owned.lost.size());
  }

  private static void retry(Driver.Owned owned, String value) {
    Await.until("a further attempt succeeds", SOON, () -> succeeds(owned.start(value, Claim.HEAL)));
  }

  private static boolean succeeds(CompletableFuture<?> attempt) {
    try {
      Driver.await(attempt);
      return true;
    } catch (DiscoveryException e) {
      assertEquals(Reason.UNAVAILABLE, e.reason());
      return false;
    }
  }

  private static void assertFails(Reason reason, CompletableFuture<?> attempt) {
    assertEquals(
        reason, assertThrows(DiscoveryException.class, () -> Driver.await(attempt)).reason());
  }
}

package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.tck.Await;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HostNamesTest {
  private static final Duration NEVER = Duration.ofHours(1);

  private final Map<String, List<InetAddress>> zone = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
  private final AtomicInteger changes = new AtomicInteger();
  private HostNames hosts = hosts(NEVER, NEVER);

  private HostNames hosts(Duration retry, Duration fresh) {
    return new HostNames(this::lookUp, retry, fresh, changes::incrementAndGet);
  }

  private InetAddress[] lookUp(String host) throws UnknownHostException {
    asked.computeIfAbsent(host, key -> new AtomicInteger()).incrementAndGet();
    List<InetAddress> found = zone.get(host);
    if (found == null) {
      throw new UnknownHostException(host);
    }
    return found.toArray(InetAddress[]::new);
  }

  private static InetAddress ip(int last) {
    try {
      return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private int asked(String host) {
    return asked.getOrDefault(host, new AtomicInteger()).get();
  }

  private void awaitAddresses(String host, InetAddress... addresses) {
    Await.until(
        host + " at " + List.of(addresses),
        Stage.SOON,
        () -> hosts.answer(host).addresses().equals(List.of(addresses)));
  }

  @AfterEach
  void close() {
    hosts.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.1", "255.255.255.255", "::1", "2001:db8::a:b", "::ffff:10.0.0.1"})
  void addressesAreKnownAtOnceAndAskedOfNobody(String literal) {
    assertEquals(1, hosts.answer(literal).addresses().size());
    assertFalse(hosts.answer(literal).isAwaited());
    assertEquals(Map.of(), asked);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"10.0.0.256", "10.0.0", "1.2.3.4.5", "1.2.3.", "face.b00c", "10.0.0.1.nip"})
  void whatIsNoAddressIsAName(String name) {
    zone.put(name, List.of(ip(1)));
    awaitAddresses(name, ip(1));
    assertEquals(1, asked(name));
  }

  @Test
  void aNameIsAskedForOnceHoweverOftenItIsWanted() {
    zone.put("a.test", List.of(ip(1), ip(2)));
    for (int i = 0; i < 100; i++) {
      hosts.answer("a.test");
    }
    awaitAddresses("a.test", ip(1), ip(2));
    assertEquals(1, asked("a.test"));
    assertEquals(1, changes.get());
  }

  @Test
  void aRotatedAnswerIsTheSameAnswer() {
    hosts = hosts(NEVER, Duration.ZERO);
    zone.put("a.test", List.of(ip(1), ip(2)));
    awaitAddresses("a.test", ip(1), ip(2));
    zone.put("a.test", List.of(ip(2), ip(1)));
    hosts.refresh();
    Await.until("a second answer", Stage.SOON, () -> changes.get() == 2);
    assertEquals(List.of(ip(1), ip(2)), hosts.answer("a.test").addresses());
  }

  @Test
  void aRefreshAsksAgainOnlyWhatIsOld() {
    zone.put("a.test", List.of(ip(1)));
    awaitAddresses("a.test", ip(1));
    zone.put("a.test", List.of(ip(2)));
    hosts.refresh();
    assertEquals(1, asked("a.test"));
    assertEquals(List.of(ip(1)), hosts.answer("a.test").addresses());
  }

  @Test
  void aFailureLeavesTheEarlierAnswerStanding() {
    hosts = hosts(NEVER, Duration.ZERO);
    zone.put("a.test", List.of(ip(1)));
    awaitAddresses("a.test", ip(1));
    zone.clear();
    hosts.refresh();
    Await.until("a second answer", Stage.SOON, () -> changes.get() == 2);
    assertEquals(List.of(ip(1)), hosts.answer("a.test").addresses());
    assertTrue(hosts.answer("a.test").failed());
  }

  @Test
  void aNameThatFailsIsAskedForAgain() {
    hosts = hosts(Duration.ofMillis(20), NEVER);
    assertTrue(hosts.answer("a.test").isAwaited());
    Await.until("some vain attempts", Stage.SOON, () -> asked("a.test") >= 3);
    assertFalse(hosts.answer("a.test").isAwaited());
    zone.put("a.test", List.of(ip(1)));
    awaitAddresses("a.test", ip(1));
  }

  /** A resolver of names may be plugged into the JVM, and be wrong. */
  @Test
  void aLookUpThatBreaksIsAFailureLikeAnyOther() {
    AtomicInteger attempts = new AtomicInteger();
    try (HostNames broken =
        new HostNames(
            host -> {
              if (attempts.incrementAndGet() < 3) {
                throw new IllegalStateException("on purpose");
              }
              return new InetAddress[] {ip(1)};
            },
            Duration.ofMillis(20),
            NEVER,
            changes::incrementAndGet)) {
      Await.until(
          "an answer",
          Stage.SOON,
          () -> broken.answer("a.test").addresses().equals(List.of(ip(1))));
      assertEquals(3, changes.get());
    }
  }

  @Test
  void hostsOutOfUseAreForgottenAndNoLongerAskedFor() {
    hosts = hosts(Duration.ofMillis(20), NEVER);
    hosts.answer("a.test");
    hosts.answer("b.test");
    Await.until(
        "an attempt for each", Stage.SOON, () -> asked("a.test") > 0 && asked("b.test") > 0);
    hosts.retain(Set.of("b.test"));
    int before = asked("a.test");
    int more = asked("b.test") + 3;
    Await.until("more attempts for the other", Stage.SOON, () -> asked("b.test") >= more);
    assertTrue(asked("a.test") <= before + 1, "one may have been under way");
  }

  @Test
  void aServiceUsesWhatItMayAndAllItsSlowHostsAreKnownInTheEnd() {
    Hanging slow = new Hanging();
    try (slow) {
      for (int i = 0; i < 200; i++) {
        slow.hosts.answer("slow" + i + ".test");
      }
      Await.until("it uses what it may", Stage.SOON, () -> slow.asked.get() == HostNames.AT_ONCE);
      slow.release.countDown();
      for (int i = 0; i < 200; i++) {
        String host = "slow" + i + ".test";
        Await.until(
            host, Stage.SOON, () -> slow.hosts.answer(host).addresses().equals(List.of(ip(2))));
      }
      assertEquals(200, slow.asked.get());
    }
  }

  @Test
  void noNumberOfServicesWhoseHostsHangDelaysAnother() {
    List<Hanging> services = Stream.generate(Hanging::new).limit(12).toList();
    try {
      services.forEach(
          service ->
              IntStream.range(0, 20).forEach(i -> service.hosts.answer("slow" + i + ".test")));
      int most = HostNames.SHARED_THREADS + services.size();
      Await.until(
          "all threads there are hang",
          Stage.SOON,
          () -> services.stream().mapToInt(service -> service.asked.get()).sum() == most);
      for (int i = 0; i < 20; i++) {
        zone.put("fast" + i + ".test", List.of(ip(i)));
        hosts.answer("fast" + i + ".test");
      }
      for (int i = 0; i < 20; i++) {
        awaitAddresses("fast" + i + ".test", ip(i));
      }
      // Its retries, too.
      hosts.close();
      zone.clear();
      hosts = hosts(Duration.ofMillis(20), NEVER);
      hosts.answer("a.test");
      Await.until("some vain attempts", Stage.SOON, () -> asked("a.test") >= 3);
    } finally {
      services.forEach(Hanging::close);
    }
  }

  /** A service whose look-ups give no answer before they are released. */
  private static final class Hanging implements AutoCloseable {
    final CountDownLatch release = new CountDownLatch(1);
    final AtomicInteger asked = new AtomicInteger();
    final HostNames hosts = new HostNames(this::lookUp, NEVER, NEVER, () -> {});

    private InetAddress[] lookUp(String host) {
      asked.incrementAndGet();
      try {
        release.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException("interrupted at " + host, e);
      }
      return new InetAddress[] {ip(2)};
    }

    @Override
    public void close() {
      hosts.close();
      release.countDown();
    }
  }
}

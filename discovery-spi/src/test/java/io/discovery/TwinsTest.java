package io.discovery;

import static io.discovery.ScriptedBackend.entry;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.discovery.DiscoveryException.Reason;
import io.discovery.EngineHarness.Recorder;
import io.discovery.ScriptedBackend.Subscribed;
import io.discovery.spi.Entry;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ids that stand under two keys: ours and the plain one of others. */
class TwinsTest {
  private final EngineHarness engine = new EngineHarness(RegistryConfig.defaults());
  private final Watcher watcher = engine.registry.watch("orders", new Recorder());

  private Subscribed stream() {
    engine.settle();
    return engine.backend.stream();
  }

  private void list(long revision, Entry... entries) {
    stream().list(revision, entries);
    engine.settle();
  }

  /** Lets the stream end and the next one begin. */
  private void readAgain() {
    stream().observer.onEnd(ScriptedBackend.failure(Reason.UNAVAILABLE));
    engine.advance(1_000);
  }

  @Test
  void anIdUnderAPlainKeyAndUnderOursIsOneInstance() {
    list(1, entry("a%20b", 1), entry("a b", 2), entry("c d", 3));
    assertEquals(List.of(1, 3), ports(), "our key counts");
    stream().remove(2, "a b");
    engine.settle();
    assertEquals(List.of(1, 3), ports(), "ours is still there");
    stream().put(3, entry("a b", 4));
    stream().remove(4, "a%20b");
    engine.settle();
    assertEquals(List.of(4, 3), ports(), "what is left counts");
    stream().put(5, entry("a%20b", 5));
    stream().put(6, entry("a b", 6));
    engine.settle();
    assertEquals(List.of(5, 3), ports());
    stream().remove(7, "a%20b");
    stream().remove(8, "a b");
    engine.settle();
    assertEquals(List.of(3), ports());
  }

  @Test
  void whatIsNoInstanceUnderThePlainKeyHarmsNothing() {
    list(1, entry("a%20b", 1), garbage("a b"));
    assertEquals(List.of(1), ports());
    stream().remove(2, "a b");
    engine.settle();
    assertEquals(List.of(1), ports(), "ours is still there");
    stream().put(3, garbage("a b"));
    stream().remove(4, "a%20b");
    engine.settle();
    assertEquals(List.of(), ports(), "the other never said anything");
    stream().put(5, entry("a b", 5));
    stream().put(6, garbage("a b"));
    engine.settle();
    assertEquals(List.of(5), ports(), "its last good value");
  }

  @Test
  void whatIsNoInstanceUnderOurKeyLeavesThePlainOneItsSay() {
    list(1, entry("a b", 1));
    readAgain();
    list(2, garbage("a%20b"), entry("a b", 2));
    assertEquals(List.of(2), ports());
    stream().put(3, entry("a b", 3));
    engine.settle();
    assertEquals(List.of(3), ports());
  }

  @Test
  void aPlainKeyThatComesBackAfterAResetIsFollowed() {
    list(5, entry("a b", 1));
    readAgain();
    list(1);
    assertEquals(List.of(1), ports(), "it may yet come back");
    stream().put(2, entry("a b", 2));
    engine.settle();
    assertEquals(List.of(2), ports());
    stream().remove(3, "a b");
    engine.settle();
    assertEquals(List.of(), ports());
  }

  private static Entry garbage(String segment) {
    return new Entry(segment, "?".getBytes(UTF_8));
  }

  private List<Integer> ports() {
    return watcher.current().orElseThrow().instances().stream().map(ServiceInstance::port).toList();
  }
}

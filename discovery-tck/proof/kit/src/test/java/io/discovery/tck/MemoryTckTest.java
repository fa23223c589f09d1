package io.discovery.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.TestInfo;

class MemoryTckTest extends DiscoveryTck {
  private static final Set<Capability> LACKING =
      EnumSet.of(
          Capability.LOST_REQUESTS,
          Capability.DELAY,
          Capability.THROTTLE,
          Capability.BYTE_LIMIT,
          Capability.TRAFFIC,
          Capability.COMPACTION,
          Capability.AUTH,
          Capability.TLS,
          Capability.QUORUM);

  @Override
  protected Fixture createFixture() {
    return new MemoryFixture();
  }

  /** What the javadoc of a test says that it needs is what it has used, or lacked. */
  @AfterEach
  void needsAreDocumented(TestInfo test) {
    Proof proof = Proof.all().get(test.getTestMethod().orElseThrow().getName());
    Set<Capability> used = scenario().used();
    Set<Capability> undocumented = EnumSet.noneOf(Capability.class);
    undocumented.addAll(used);
    undocumented.removeAll(proof.needs());
    assertEquals(Set.of(), undocumented, () -> "used, and not named in: " + proof.text());
    // A test that was skipped for want of one may need another.
    if (Collections.disjoint(used, LACKING)) {
      assertEquals(proof.needs(), used, () -> "of those named in: " + proof.text());
    }
  }
}

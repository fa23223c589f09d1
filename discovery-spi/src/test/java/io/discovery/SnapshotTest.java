package io.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SnapshotTest {
  private static final ServiceInstance A = ServiceInstance.of("s", "h", 1).withId("a");
  private static final ServiceInstance B = ServiceInstance.of("s", "h", 2).withId("b");
  private static final ServiceInstance C = ServiceInstance.of("s", "h", 3).withId("c");

  @Test
  void changesAreTheExactDifference() {
    ServiceInstance heavier = B.withWeight(9);
    Snapshot before = new Snapshot("s", 1, List.of(A, B));
    Snapshot after = new Snapshot("s", 2, List.of(heavier, C));
    assertEquals(
        List.of(new Change.Removed(A), new Change.Updated(B, heavier), new Change.Added(C)),
        after.changesSince(before));
    assertEquals(List.of(), after.changesSince(after));
    assertEquals(
        List.of(new Change.Added(A), new Change.Added(B)),
        before.changesSince(new Snapshot("s", 0, List.of())));
    assertEquals(
        List.of(new Change.Removed(A), new Change.Removed(B)),
        new Snapshot("s", 0, List.of()).changesSince(before));
  }

  @Test
  void findsById() {
    Snapshot snapshot = new Snapshot("s", 1, List.of(A, B, C));
    assertEquals(Optional.of(B), snapshot.instance("b"));
    assertEquals(Optional.empty(), snapshot.instance("bb"));
  }

  @Test
  void refusesDisorderAndForeignSnapshots() {
    assertThrows(IllegalArgumentException.class, () -> new Snapshot("s", 1, List.of(B, A)));
    assertThrows(IllegalArgumentException.class, () -> new Snapshot("s", 1, List.of(A, A)));
    Snapshot snapshot = new Snapshot("s", 1, List.of());
    assertThrows(
        IllegalArgumentException.class,
        () -> snapshot.changesSince(new Snapshot("t", 1, List.of())));
  }
}

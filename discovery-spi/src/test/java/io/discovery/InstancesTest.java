package io.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class InstancesTest {
  private static final ServiceInstance A = instance("a", 1);
  private static final ServiceInstance B = instance("b", 1);

  @Test
  void changesGiveWhatAMapWouldHold() {
    Random random = new Random(1);
    TreeMap<String, ServiceInstance> model = new TreeMap<>();
    Instances instances = Instances.NONE;
    for (int round = 0; round < 2_000; round++) {
      SortedMap<String, Optional<ServiceInstance>> changes = new TreeMap<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        String id = Integer.toString(random.nextInt(20));
        boolean put = random.nextInt(3) > 0;
        changes.put(id, put ? Optional.of(instance(id, random.nextInt(2))) : Optional.empty());
      }
      Instances next = instances.with(changes);
      changes.forEach(
          (id, change) ->
              change.ifPresentOrElse(value -> model.put(id, value), () -> model.remove(id)));
      assertEquals(List.copyOf(model.values()), next, "after " + changes);
      if (instances.equals(next)) {
        assertSame(instances, next, "a new list that says nothing new");
      }
      instances = next;
    }
  }

  @Test
  void whatDidNotChangeStaysTheSameObject() {
    Instances before = Instances.copyOf(List.of(A, B));
    Instances after =
        before.with(
            new TreeMap<>(
                Map.of("a", Optional.of(instance("a", 1)), "b", Optional.of(instance("b", 2)))));
    assertSame(A, after.get(0));
    assertEquals(instance("b", 2), after.get(1));
  }

  @Test
  void isAListLikeAnyOther() {
    Instances instances = Instances.copyOf(List.of(A, B));
    assertEquals(List.of(A, B), instances);
    assertEquals(instances, List.of(A, B));
    assertEquals(List.of(A, B).hashCode(), instances.hashCode());
    assertEquals(instances, Instances.copyOf(List.of(instance("a", 1), instance("b", 1))));
    assertNotEquals(instances, Instances.copyOf(List.of(A)));
    assertSame(instances, Instances.copyOf(instances));
    assertThrows(UnsupportedOperationException.class, () -> instances.set(0, B));
    assertThrows(UnsupportedOperationException.class, () -> instances.remove(A));
  }

  @Test
  void findsById() {
    Instances instances = Instances.copyOf(List.of(A, B));
    assertEquals(Optional.of(B), instances.find("b"));
    assertEquals(Optional.empty(), instances.find("aa"));
    assertEquals(Optional.empty(), instances.find("c"));
  }

  private static ServiceInstance instance(String id, int weight) {
    return ServiceInstance.of("s", "h", 1).withId(id).withWeight(weight);
  }
}

package io.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The map that metadata is, beside the JDK's own. */
class MetadataTest {
  private static final Map<String, String> SOME = Map.of("zone", "a", "kind", "blue", "x", "");

  @Test
  void isWhatASortedMapIs() {
    Random random = new Random(1);
    for (int round = 0; round < 200; round++) {
      Map<String, String> tree = new TreeMap<>();
      Metadata.Builder builder = new Metadata.Builder();
      for (int i = random.nextInt(12); i > 0; i--) {
        String key = Integer.toString(random.nextInt(10));
        tree.put(key, "v" + i);
        builder.put(key, "v" + i);
      }
      assertAlike(tree, builder.build());
      assertAlike(tree, Metadata.copyOf(new HashMap<>(tree)));
      assertAlike(tree, Metadata.copyOf(tree));
    }
  }

  private static void assertAlike(Map<String, String> tree, Metadata metadata) {
    assertEquals(tree.toString(), metadata.toString());
    assertEquals(tree, metadata);
    assertEquals(metadata, tree);
    assertEquals(tree.hashCode(), metadata.hashCode());
    assertEquals(tree.size(), metadata.size());
    assertEquals(new ArrayList<>(tree.keySet()), new ArrayList<>(metadata.keySet()));
    assertEquals(new ArrayList<>(tree.entrySet()), new ArrayList<>(metadata.entrySet()));
    List<String> told = new ArrayList<>();
    metadata.forEach((key, value) -> told.add(key + "=" + value));
    assertEquals(tree.toString(), "{" + String.join(", ", told) + "}");
    for (int i = 0; i < 10; i++) {
      String key = Integer.toString(i);
      assertEquals(tree.get(key), metadata.get(key));
      assertEquals(tree.containsKey(key), metadata.containsKey(key));
    }
  }

  @Test
  void isEqualToItsLikeAlone() {
    Metadata metadata = Metadata.copyOf(SOME);
    Map<String, String> other = new HashMap<>(SOME);
    assertEquals(metadata, Metadata.copyOf(other));
    other.put("zone", "b");
    assertNotEquals(metadata, Metadata.copyOf(other));
    assertNotEquals(metadata, other);
    Map<String, String> nameless = Collections.singletonMap(null, "a");
    assertFalse(Metadata.copyOf(Map.of("k", "a")).equals(nameless));
    assertFalse(nameless.equals(Metadata.copyOf(Map.of("k", "a"))));
    assertNull(metadata.get("absent"));
    assertTrue(Metadata.copyOf(Map.of()).isEmpty());
  }

  @Test
  void cannotBeChanged() {
    Metadata metadata = Metadata.copyOf(SOME);
    assertSame(metadata, Metadata.copyOf(metadata));
    Iterator<Map.Entry<String, String>> entries = metadata.entrySet().iterator();
    Map.Entry<String, String> first = entries.next();
    for (Runnable change :
        List.<Runnable>of(
            () -> metadata.put("zone", "b"),
            () -> metadata.remove("zone"),
            () -> metadata.remove("absent"),
            metadata::clear,
            () -> Metadata.copyOf(Map.of()).clear(),
            entries::remove,
            () -> first.setValue("b"),
            () -> metadata.keySet().remove("zone"),
            () -> metadata.values().clear())) {
      assertThrows(UnsupportedOperationException.class, change::run);
    }
    assertEquals(SOME, metadata);
    entries.next();
    entries.next();
    assertThrows(NoSuchElementException.class, entries::next);
  }

  @Test
  void holdsNoNulls() {
    assertThrows(
        NullPointerException.class, () -> Metadata.copyOf(Collections.singletonMap(null, "v")));
    assertThrows(
        NullPointerException.class, () -> Metadata.copyOf(Collections.singletonMap("k", null)));
    assertThrows(NullPointerException.class, () -> Metadata.copyOf(SOME).get(null));
  }
}

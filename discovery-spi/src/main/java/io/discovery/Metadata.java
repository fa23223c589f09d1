package io.discovery;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * The metadata of one instance, sorted by key. Immutable, and one array: a view holds thousands of
 * them, and trees would be a quarter of what it takes.
 */
final class Metadata extends AbstractMap<String, String> {
  private static final Metadata NONE = new Metadata(new String[0]);

  private final String[] pairs; // key, value, next key, …

  private Metadata(String[] pairs) {
    this.pairs = pairs;
  }

  /** Collects entries in whatever order; of those with the same key the last one counts. */
  static final class Builder {
    private final List<String> pairs = new ArrayList<>();

    void put(String key, String value) {
      pairs.add(Objects.requireNonNull(key, "key"));
      pairs.add(Objects.requireNonNull(value, "value"));
    }

    Metadata build() {
      return pairs.isEmpty()
          ? NONE
          : new Metadata((isSorted() ? pairs : sorted()).toArray(String[]::new));
    }

    /** As nearly every record is. */
    private boolean isSorted() {
      boolean sorted = true;
      for (int i = 2; sorted && i < pairs.size(); i += 2) {
        sorted = pairs.get(i - 2).compareTo(pairs.get(i)) < 0;
      }
      return sorted;
    }

    private List<String> sorted() {
      Map<String, String> tree = new TreeMap<>();
      for (int i = 0; i < pairs.size(); i += 2) {
        tree.put(pairs.get(i), pairs.get(i + 1));
      }
      List<String> sorted = new ArrayList<>();
      tree.forEach(
          (key, value) -> {
            sorted.add(key);
            sorted.add(value);
          });
      return sorted;
    }
  }

  /** Copies a map without nulls. */
  static Metadata copyOf(Map<String, String> map) {
    if (map instanceof Metadata metadata) {
      return metadata;
    }
    Builder builder = new Builder();
    map.forEach(builder::put);
    return builder.build();
  }

  @Override
  public int size() {
    return pairs.length / 2;
  }

  @Override
  public boolean containsKey(Object key) {
    return position(key) >= 0;
  }

  @Override
  public String get(Object key) {
    int at = position(key);
    return at < 0 ? null : pairs[at + 1];
  }

  private int position(Object key) {
    Objects.requireNonNull(key, "key");
    int at = pairs.length - 2;
    while (at >= 0 && !pairs[at].equals(key)) {
      at -= 2;
    }
    return at;
  }

  @Override
  public void forEach(BiConsumer<? super String, ? super String> action) {
    for (int i = 0; i < pairs.length; i += 2) {
      action.accept(pairs[i], pairs[i + 1]);
    }
  }

  @Override
  public Set<Map.Entry<String, String>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public int size() {
        return Metadata.this.size();
      }

      @Override
      public Iterator<Map.Entry<String, String>> iterator() {
        return new Entries();
      }
    };
  }

  /** Refused whatever the key, so that it is not found out in production. */
  @Override
  public String remove(Object key) {
    throw new UnsupportedOperationException();
  }

  /** Refused even where there is nothing to clear. */
  @Override
  public void clear() {
    throw new UnsupportedOperationException();
  }

  private final class Entries implements Iterator<Map.Entry<String, String>> {
    private int next;

    @Override
    public boolean hasNext() {
      return next < pairs.length;
    }

    @Override
    public Map.Entry<String, String> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      next += 2;
      return Map.entry(pairs[next - 2], pairs[next - 1]);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Metadata that ? Arrays.equals(pairs, that.pairs) : super.equals(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }
}

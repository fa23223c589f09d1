package io.discovery.spi;

import java.util.Arrays;
import java.util.Objects;

/**
 * A record as it is in the store.
 *
 * @param id the last path segment of its key, as it is in the store
 * @param value its bytes, of any form; never modified after creation
 */
@SuppressWarnings(
    "ArrayRecordComponent") // bytes as they travel, never modified; equality is by content
public record Entry(String id, byte[] value) {
  /** Refuses nulls. */
  public Entry {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(value, "value");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Entry that && id.equals(that.id) && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return 31 * id.hashCode() + Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return "Entry[" + id + ", " + value.length + " bytes]";
  }
}

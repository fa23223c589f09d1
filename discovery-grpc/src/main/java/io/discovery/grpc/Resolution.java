package io.discovery.grpc;

import io.grpc.EquivalentAddressGroup;
import java.util.List;
import java.util.Optional;

/** What is known about where a service is. Immutable. */
sealed interface Resolution {
  /** Nothing yet, and nothing has failed: calls wait. */
  record Pending() implements Resolution {}

  /** Where its instances are, a group for each; never empty. */
  record Found(List<EquivalentAddressGroup> groups) implements Resolution {}

  /** The registry knows for certain that there is no instance. */
  record Empty(String message) implements Resolution {}

  /** It cannot be told. */
  record Failed(String message, Optional<Throwable> cause) implements Resolution {}
}

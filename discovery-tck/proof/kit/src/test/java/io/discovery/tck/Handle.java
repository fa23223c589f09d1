package io.discovery.tck;

import io.discovery.spi.Backend;
import io.discovery.spi.Ownership;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** What the engine asked for when it took a handle on a record. */
record Handle(
    Wiring at,
    Backend backend,
    String service,
    String id,
    Duration ttl,
    Ownership.Listener listener) {
  /** Returns a right handle. */
  Ownership right() {
    return backend.own(service, id, ttl, listener);
  }

  /** Returns a right handle that asks for another time to live. */
  Ownership lasting(Duration other) {
    return backend.own(service, id, other, listener);
  }

  /** Returns a right handle that tells another listener. */
  Ownership telling(Ownership.Listener other) {
    return backend.own(service, id, ttl, other);
  }

  /** Deletes the record, whoever owns it. */
  void deleteByName() {
    at.store().delete(at.config().namespace(), service, id);
  }

  void put(byte[] value) {
    at.store().put(at.config().namespace(), service, id, value);
  }

  Optional<byte[]> stored() {
    return Optional.ofNullable(at.store().read(at.config().namespace(), service).get(id));
  }

  /** Ends what keeps the record alive. */
  void expire() {
    at.store().expire(at.config().namespace(), service, id);
  }

  static String text(byte[] value) {
    return new String(value, StandardCharsets.UTF_8);
  }
}

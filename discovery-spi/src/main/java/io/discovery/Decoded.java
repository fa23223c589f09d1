package io.discovery;

import io.discovery.spi.Entry;
import java.util.Optional;

/**
 * A record after decoding.
 *
 * @param id of the instance, whatever the record says
 * @param instance empty if the record is none
 * @param failure why it is none
 */
record Decoded(
    Entry entry,
    String id,
    Optional<ServiceInstance> instance,
    Optional<BadRecordException> failure) {
  static Decoded of(InstanceCodec codec, String service, Entry entry) {
    String id = Names.decode(entry.id());
    try {
      ServiceInstance instance = codec.decode(service, id, entry.value());
      return new Decoded(entry, id, Optional.of(instance), Optional.empty());
    } catch (BadRecordException e) {
      return new Decoded(entry, id, Optional.empty(), Optional.of(e));
    }
  }
}

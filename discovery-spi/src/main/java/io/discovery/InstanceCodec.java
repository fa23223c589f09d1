package io.discovery;

import java.time.Instant;

/**
 * A wire format: how an instance looks in the store. Encoding is deterministic; decoding treats the
 * bytes as hostile (rule 7.5). Stateless.
 */
interface InstanceCodec {
  /** The longest record that is written (rule 1.3). */
  int MAX_WRITTEN = 16 * 1024;

  /** The longest record that is parsed; foreign writers may have more to say than we do. */
  int MAX_READ = 64 * 1024;

  /** Returns the name users choose the format by. */
  String name();

  /** Returns the namespace that other readers of this format look in by default. */
  String namespace();

  /**
   * Encodes an instance.
   *
   * @param registeredAt when it was first registered, for formats that say so
   */
  byte[] encode(ServiceInstance instance, Instant registeredAt);

  /**
   * Decodes a record.
   *
   * @param service the service it was found under, which is the truth whatever the record says
   * @param id the id from its key, likewise
   * @throws BadRecordException if these bytes are no instance; the message says why and is safe to
   *     log
   */
  ServiceInstance decode(String service, String id, byte[] value) throws BadRecordException;
}

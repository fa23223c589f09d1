package io.discovery;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * The part of a record that is our own in every format: weight and metadata, present only when
 * there is something to say.
 */
final class Extras {
  private int weight = 1;
  private Optional<Map<String, String>> metadata = Optional.empty();

  static boolean needed(ServiceInstance instance) {
    return instance.weight() != 1 || !instance.metadata().isEmpty();
  }

  /** Writes the members into an object that is open. */
  static void write(JsonWriter json, ServiceInstance instance) throws IOException {
    json.name("weight").value(instance.weight());
    json.name("metadata").beginObject();
    for (Map.Entry<String, String> entry : instance.metadata().entrySet()) {
      json.name(entry.getKey()).value(entry.getValue());
    }
    json.endObject();
  }

  void read(RecordReader record) throws IOException, BadRecordException {
    record.object(
        name -> {
          switch (name) {
            case "weight" -> weight = record.integer(name, false).orElse(1);
            case "metadata" -> metadata = Optional.of(record.scalars(nested -> record.skip()));
            default -> record.skip();
          }
        });
  }

  /** Makes the instance; {@code foreign} is the metadata other writers put elsewhere. */
  ServiceInstance instance(
      String service, String id, String host, int port, Map<String, String> foreign)
      throws BadRecordException {
    try {
      return new ServiceInstance(service, id, host, port, weight, metadata.orElse(foreign));
    } catch (IllegalArgumentException e) {
      throw new BadRecordException(e.getMessage());
    }
  }
}

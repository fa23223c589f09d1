package io.discovery;

import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What Curator's x-discovery, Spring Cloud ZooKeeper and Armeria read and write:
 *
 * <pre>{@code
 * {"name":"greeter","id":"i-1","address":"10.0.0.1","port":8080,"sslPort":null,"payload":null,
 *  "registrationTimeUTC":1700000000000,"serviceType":"DYNAMIC","uriSpec":null,"discovery":{"weight":3,"metadata":{"zone":"a"}}}
 * }</pre>
 *
 * <p>The last member is written only when there is something to say; deployed readers ignore it. No
 * payload is written, since its {@code @class} would fail the whole read for readers without that
 * class; a payload found is read as metadata.
 */
final class CuratorCodec implements InstanceCodec {
  @Override
  public String name() {
    return "curator";
  }

  @Override
  public String namespace() {
    return "/services";
  }

  @Override
  public byte[] encode(ServiceInstance instance, Instant registeredAt) {
    return RecordWriter.write(
        json -> {
          json.name("name").value(instance.service());
          json.name("id").value(instance.id());
          json.name("address").value(instance.host());
          json.name("port").value(instance.port());
          json.name("sslPort").nullValue();
          json.name("payload").nullValue();
          json.name("registrationTimeUTC").value(registeredAt.toEpochMilli());
          json.name("serviceType").value("DYNAMIC");
          json.name("uriSpec").nullValue();
          if (Extras.needed(instance)) {
            json.name("discovery").beginObject();
            Extras.write(json, instance);
            json.endObject();
          }
        });
  }

  @Override
  public ServiceInstance decode(String service, String id, byte[] value) throws BadRecordException {
    Fields fields = new Fields();
    RecordReader.read(value, record -> record.object(name -> fields.read(record, name)));
    return fields.instance(service, id);
  }

  /** What was found in a record. */
  private static final class Fields {
    private final Extras extras = new Extras();
    private Optional<String> address = Optional.empty();
    private Optional<Integer> port = Optional.empty();
    private Optional<Integer> sslPort = Optional.empty();
    private Map<String, String> payload = Map.of();
    private Optional<Map<String, String>> payloadMetadata = Optional.empty();

    void read(RecordReader record, String name) throws IOException, BadRecordException {
      switch (name) {
        case "address" -> address = record.string(name);
        case "port" -> port = record.integer(name, true);
        case "sslPort" -> sslPort = record.integer(name, true);
        case "payload" -> payload = record.scalars(nested -> readNested(record, nested));
        case "discovery" -> extras.read(record);
        default -> record.skip();
      }
    }

    private void readNested(RecordReader record, String name)
        throws IOException, BadRecordException {
      if (name.equals("metadata")) {
        payloadMetadata = Optional.of(record.scalars(deeper -> record.skip()));
      } else {
        record.skip();
      }
    }

    ServiceInstance instance(String service, String id) throws BadRecordException {
      if (address.isEmpty() || port.or(() -> sslPort).isEmpty()) {
        throw new BadRecordException(
            "no address or port (expected: \"address\" and \"port\" or \"sslPort\")");
      }
      return extras.instance(
          service,
          id,
          address.get(),
          port.or(() -> sslPort).get(),
          payloadMetadata.orElseGet(this::plainPayload));
    }

    /** A type name in a record is data like any other to us, and of no use as metadata. */
    private Map<String, String> plainPayload() {
      Map<String, String> plain = new LinkedHashMap<>(payload);
      plain.remove("@class");
      return plain;
    }
  }
}

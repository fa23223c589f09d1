package io.discovery;

import java.time.Instant;
import java.util.Map;

/**
 * What Go's etcd resolver reads, and what the naming package of gRPC for Go wrote:
 *
 * <pre>{@code
 * {"Op":0,"Addr":"10.0.0.1:8080","Metadata":null}
 * {"Op":0,"Addr":"10.0.0.1:8080","Metadata":null,"Discovery":{"id":"i-1","weight":3,"metadata":{"zone":"a"}}}
 * }</pre>
 *
 * <p>{@code Metadata} stays null: an object there makes deployed Go clients panic. Ours goes into a
 * sibling whose name equals none of theirs in any case, since Go matches names ignoring case.
 */
final class EtcdNamingCodec implements InstanceCodec {
  @Override
  public String name() {
    return "etcd-naming";
  }

  @Override
  public String namespace() {
    return "services";
  }

  @Override
  public byte[] encode(ServiceInstance instance, Instant registeredAt) {
    return RecordWriter.write(
        json -> {
          json.name("Op").value(0);
          json.name("Addr").value(instance.authority());
          json.name("Metadata").nullValue();
          if (Extras.needed(instance)) {
            json.name("Discovery").beginObject();
            json.name("id").value(instance.id());
            Extras.write(json, instance);
            json.endObject();
          }
        });
  }

  @Override
  public ServiceInstance decode(String service, String id, byte[] value) throws BadRecordException {
    Fields fields = new Fields();
    RecordReader.read(
        value,
        record ->
            record.object(
                name -> {
                  if (name.equals("Discovery")) {
                    fields.extras.read(record);
                  } else if (name.equalsIgnoreCase("Addr")) {
                    fields.address = record.string("Addr").orElse("");
                  } else if (name.equalsIgnoreCase("Metadata")) {
                    fields.foreign = record.scalars(nested -> record.skip());
                  } else {
                    record.skip();
                  }
                }));
    return fields.instance(service, id);
  }

  /** What was found in a record. */
  private static final class Fields {
    final Extras extras = new Extras();
    String address = "";
    Map<String, String> foreign = Map.of();

    ServiceInstance instance(String service, String id) throws BadRecordException {
      int colon = address.lastIndexOf(':');
      String port = address.substring(colon + 1);
      if (colon < 1 || !RecordReader.isDigits(port, 5)) {
        throw new BadRecordException("Addr: '" + Names.escape(address) + "' (expected: host:port)");
      }
      String host = address.substring(0, colon);
      if (host.startsWith("[") && host.endsWith("]")) {
        host = host.substring(1, host.length() - 1);
      }
      return extras.instance(service, id, host, Integer.parseInt(port), foreign);
    }
  }
}

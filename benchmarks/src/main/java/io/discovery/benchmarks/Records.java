package io.discovery.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.discovery.ServiceInstance;
import java.util.Map;

/** Instances whose records take 150 bytes, in the formats that ours and the peers share. */
final class Records {
  static final int BYTES = 150;
  static final String NAMESPACE = "services";

  private Records() {}

  static String id(int index) {
    return "i-" + sixDigits(index);
  }

  static String host(int index) {
    int high = 100 + index / 10_000 % 100;
    int middle = 100 + index / 100 % 100;
    int low = 100 + index % 100;
    return "10." + high + "." + middle + "." + low;
  }

  static ServiceInstance instance(String service, int index) {
    return new ServiceInstance(
        service, id(index), host(index), 8080, 1, Map.of("version", "000000", "zone", "a"));
  }

  /** What Go's etcd resolver reads, with our additions. */
  static byte[] etcd(int index, int version) {
    String head =
        "{\"Op\":0,\"Addr\":\""
            + host(index)
            + ":8080\",\"Metadata\":null,\"Discovery\":{\"id\":\""
            + id(index)
            + "\",\"metadata\":";
    return padded(head, version);
  }

  /** What x-discovery reads, with our additions. */
  static byte[] curator(String service, int index, int version) {
    String head =
        "{\"name\":\""
            + service
            + "\",\"id\":\""
            + id(index)
            + "\",\"address\":\""
            + host(index)
            + "\",\"port\":8080,\"discovery\":{\"metadata\":";
    return padded(head, version);
  }

  /** Without a formatter: in a JVM that has just started the first one takes 50 ms. */
  private static String sixDigits(int number) {
    String digits = Integer.toString(number);
    return "0".repeat(Math.max(0, 6 - digits.length())) + digits;
  }

  private static byte[] padded(String head, int version) {
    String metadata = "{\"version\":\"" + sixDigits(version) + "\",\"zone\":\"";
    String tail = "\"}}}";
    int zone = BYTES - head.length() - metadata.length() - tail.length();
    return (head + metadata + "a".repeat(Math.max(1, zone)) + tail).getBytes(UTF_8);
  }
}

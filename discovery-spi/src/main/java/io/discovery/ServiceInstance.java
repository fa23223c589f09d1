package io.discovery;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * One instance of a service. Immutable, with equality over all fields; valid by construction (rules
 * 1.1 to 1.3).
 *
 * @param service the service's name: 1 to 200 UTF-8 bytes without control characters, opaque and
 *     case-sensitive
 * @param id names the instance within its service, under the same rules
 * @param host a host name or an IP address, IPv6 without brackets
 * @param port 1 to 65535
 * @param weight share of the traffic relative to the others, 0 or more; 0 asks for none
 * @param metadata up to 64 entries, sorted by key
 */
public record ServiceInstance(
    String service, String id, String host, int port, int weight, Map<String, String> metadata) {
  static final int MAX_METADATA = 64;
  private static final int MAX_HOST = 255; // bytes
  private static final Pattern IPV6 =
      Pattern.compile("[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(%.+)?");

  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException if a component is out of bounds; the message says which, its
   *     value and what was expected
   */
  public ServiceInstance {
    Names.check("service", service);
    Names.check("id", id);
    checkHost(host);
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port: " + port + " (expected: 1..65535)");
    }
    if (weight < 0) {
      throw new IllegalArgumentException("weight: " + weight + " (expected: 0 or more)");
    }
    metadata = Metadata.copyOf(metadata);
    checkMetadata(metadata);
  }

  /**
   * Returns an instance with id {@code host:port} (IPv6: {@code [host]:port}), weight 1 and no
   * metadata.
   */
  public static ServiceInstance of(String service, String host, int port) {
    checkHost(host);
    return new ServiceInstance(service, authority(host, port), host, port, 1, Map.of());
  }

  /** Returns a copy with this id. */
  public ServiceInstance withId(String id) {
    return new ServiceInstance(service, id, host, port, weight, metadata);
  }

  /** Returns a copy with this address. */
  public ServiceInstance withAddress(String host, int port) {
    return new ServiceInstance(service, id, host, port, weight, metadata);
  }

  /** Returns a copy with this weight. */
  public ServiceInstance withWeight(int weight) {
    return new ServiceInstance(service, id, host, port, weight, metadata);
  }

  /** Returns a copy with exactly this metadata. */
  public ServiceInstance withMetadata(Map<String, String> metadata) {
    return new ServiceInstance(service, id, host, port, weight, metadata);
  }

  /** Returns a copy with one metadata entry added or replaced. */
  public ServiceInstance withMetadata(String key, String value) {
    Map<String, String> next = new TreeMap<>(metadata);
    next.put(key, value);
    return withMetadata(next);
  }

  /** Returns {@code host:port}, an IPv6 host in brackets. */
  public String authority() {
    return authority(host, port);
  }

  private static String authority(String host, int port) {
    return host.indexOf(':') < 0 ? host + ":" + port : "[" + host + "]:" + port;
  }

  /** Returns all of it, for a log line: what others wrote is escaped and shortened (rule 7.5). */
  @Override
  public String toString() {
    return "ServiceInstance[service="
        + Names.escape(service)
        + ", id="
        + Names.escape(id)
        + ", host="
        + Names.escape(host)
        + ", port="
        + port
        + ", weight="
        + weight
        + ", metadata="
        + Names.escape(metadata.toString())
        + "]";
  }

  private static void checkHost(String host) {
    boolean fits = !host.isEmpty() && Names.fits(host, MAX_HOST) && Names.isWellFormed(host);
    for (int i = 0; fits && i < host.length(); i++) {
      fits = isOfHost(host.charAt(i));
    }
    fits &= host.indexOf(':') < 0 || IPV6.matcher(host).matches();
    if (!fits) {
      throw new IllegalArgumentException(
          "host: '"
              + Names.escape(host)
              + "' (expected: a host name or IP address of 1..255 bytes without blanks, brackets or slashes, and without a port)");
    }
  }

  private static boolean isOfHost(char c) {
    return switch (c) {
      case '[', ']', '/', '"' -> false;
      default ->
          (c > ' ' && c < 0x7F) // most are
              || (!Character.isWhitespace(c)
                  && !Character.isSpaceChar(c)
                  && !Character.isISOControl(c));
    };
  }

  private static void checkMetadata(Map<String, String> metadata) {
    if (metadata.size() > MAX_METADATA) {
      throw new IllegalArgumentException(
          "metadata: " + metadata.size() + " entries (expected: at most " + MAX_METADATA + ")");
    }
    metadata.forEach(
        (key, value) -> {
          if (key.isEmpty() || !Names.isWellFormed(key) || !Names.isWellFormed(value)) {
            throw new IllegalArgumentException(
                "metadata: '"
                    + Names.escape(key)
                    + "' = '"
                    + Names.escape(value)
                    + "' (expected: a key that is not empty, and well-formed Unicode in both)");
          }
        });
  }
}

package io.discovery.etcd;

import io.discovery.RegistryConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where the members of the cluster listen, and whether they speak TLS. Immutable.
 *
 * @param members at least one
 * @param tls whether to speak TLS, to all of them alike
 */
record EtcdEndpoints(List<Member> members, boolean tls) {
  private static final Pattern FORM =
      Pattern.compile("(?:(https?)://)?(\\[[0-9a-fA-F:.]+]|[^\\s/:@,\\[\\]?#%]+):(\\d{1,5})/?");
  private static final String EXPECTED =
      "host:port, http://host:port or https://host:port, such as 127.0.0.1:2379 or [::1]:2379";

  /** One member; an IPv6 address is in brackets. */
  record Member(String host, int port) {
    private boolean accepts(Duration limit) {
      try (Socket socket = new Socket()) {
        String address = host.replaceAll("[\\[\\]]", "");
        socket.connect(new InetSocketAddress(address, port), (int) limit.toMillis());
        return true;
      } catch (IOException refused) {
        return false;
      }
    }

    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  /**
   * Reads the configured endpoints; none means the local machine.
   *
   * @throws IllegalArgumentException if one has a bad form or contradicts the others about TLS
   */
  static EtcdEndpoints of(RegistryConfig config) {
    boolean tls = config.tls();
    List<Member> members = new ArrayList<>();
    String plain = "";
    List<String> given = config.endpoints();
    for (String endpoint : given.isEmpty() ? List.of("127.0.0.1:2379") : given) {
      Matcher form = FORM.matcher(endpoint);
      int port = form.matches() ? Integer.parseInt(form.group(3)) : 0;
      if (port < 1 || port > 65_535) {
        throw new IllegalArgumentException(
            "endpoints: '" + EtcdFailures.escape(endpoint) + "' (expected: " + EXPECTED + ")");
      }
      tls |= "https".equals(form.group(1));
      plain = "http".equals(form.group(1)) ? endpoint : plain;
      members.add(new Member(form.group(2), port));
    }
    if (tls && !plain.isEmpty()) {
      // Never downgraded in silence (rule 7.3).
      throw new IllegalArgumentException(
          "endpoints: '"
              + plain
              + "' is plain text, but TLS is configured (expected: https:// or no scheme at all)");
    }
    return new EtcdEndpoints(List.copyOf(members), tls);
  }

  /** The target for jetcd's own resolver, in the one form that takes IPv6 literals. */
  String target() {
    return members.stream()
        .map(member -> member.toString().replace("[", "%5B").replace("]", "%5D"))
        .collect(Collectors.joining(",", "ip:///", ""));
  }

  /** Tells whether any member takes a plain TCP connection. Blocks, up to the limit a member. */
  boolean accept(Duration limit) {
    return members.stream().anyMatch(member -> member.accepts(limit));
  }

  @Override
  public String toString() {
    return members.stream().map(Member::toString).collect(Collectors.joining(","));
  }
}

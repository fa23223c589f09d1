package io.discovery.grpc;

import io.discovery.RegistryConfig;
import io.discovery.ServiceInstance;
import java.net.URI;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a target says: {@code discovery://BACKEND/SERVICE?KEY=VALUE&...}, of which only the service
 * is required. The keys are those of {@link RegistryConfig} and of {@link BalancerChoice}.
 * Immutable; equal for equal meaning.
 *
 * @param service the service's name, decoded
 * @param registry where to look it up
 * @param balancer how to spread calls
 */
record DiscoveryTarget(String service, RegistryChoice registry, BalancerChoice balancer) {
  static final String SCHEME = "discovery";

  private static final String FORM =
      SCHEME + ":///SERVICE or " + SCHEME + "://BACKEND/SERVICE?KEY=VALUE";

  /**
   * Parses a target whose scheme has been checked. Depends on nothing but the target: gRPC parses
   * again whenever a channel leaves idle mode, and a failure then would be the end of the channel.
   *
   * @throws IllegalArgumentException if it has another form or an unknown key; the message says
   *     what was expected
   */
  static DiscoveryTarget parse(URI target) {
    // Without the query, which may hold what nobody is to read.
    String shown = SCHEME + ":" + target.getRawSchemeSpecificPart().replaceFirst("(?s)\\?.*", "");
    try {
      if (target.isOpaque() || target.getRawFragment() != null) {
        throw new IllegalArgumentException("bad form (expected: " + FORM + ")");
      }
      Optional<String> backend =
          Optional.ofNullable(target.getRawAuthority()).filter(text -> !text.isEmpty());
      backend.ifPresent(DiscoveryTarget::checkBackend);
      String service = service(target.getRawPath());
      SortedMap<String, String> settings = new TreeMap<>();
      BalancerChoice balancer = BalancerChoice.OPEN;
      for (var setting : settings(target.getRawQuery()).entrySet()) {
        if (BalancerChoice.isKey(setting.getKey())) {
          balancer = balancer.with(setting.getKey(), setting.getValue());
        } else {
          checkForRegistry(setting.getKey(), setting.getValue());
          settings.put(setting.getKey(), setting.getValue());
        }
      }
      return new DiscoveryTarget(
          service,
          new RegistryChoice(backend, Collections.unmodifiableSortedMap(settings)),
          balancer);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("target '" + shown + "': " + e.getMessage(), e);
    }
  }

  private static void checkBackend(String backend) {
    try {
      RegistryConfig.defaults().withBackend(backend);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "backend: '"
              + backend
              + "' (expected: a backend's name; addresses of the store go into ?endpoints=HOST:PORT)",
          e);
    }
  }

  private static String service(String path) {
    String segment = path.startsWith("/") ? path.substring(1) : path;
    if (segment.isEmpty()) {
      throw new IllegalArgumentException("names no service (expected: " + FORM + ")");
    }
    if (segment.indexOf('/') >= 0) {
      throw new IllegalArgumentException(
          "path: '"
              + path
              + "' (expected: one segment; a '/' of the name is written %2F, a namespace ?namespace=PATH)");
    }
    // For its check of the name; the rest is of no interest.
    return ServiceInstance.of(Percent.decode(segment), "localhost", 1).service();
  }

  private static SortedMap<String, String> settings(String query) {
    SortedMap<String, String> settings = new TreeMap<>();
    for (String pair : query == null || query.isEmpty() ? new String[0] : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException("query (expected: KEY=VALUE, several separated by '&')");
      }
      String key = Percent.decode(pair.substring(0, equals));
      checkKey(key);
      String value = Percent.decode(pair.substring(equals + 1));
      if (settings.put(key, value) != null) {
        throw new IllegalArgumentException(key + ": given twice (expected: once)");
      }
    }
    return settings;
  }

  private static void checkForRegistry(String key, String value) {
    // Whether a TLS file is there may change, see parse.
    if (key.startsWith("tls.")) {
      return;
    }
    try {
      RegistryConfig.defaults().with(key, value);
    } catch (IllegalArgumentException e) {
      if (e.getMessage().startsWith("unknown key")) {
        BalancerChoice.checkNoSlip(key);
      }
      throw e;
    }
  }

  private static void checkKey(String key) {
    if (key.equals("password")) {
      throw new IllegalArgumentException(
          "password: gRPC logs targets (expected: -Ddiscovery.password, DISCOVERY_PASSWORD, or a Registry handed to the channel)");
    }
    if (key.equals("backend")) {
      throw new IllegalArgumentException(
          "backend: belongs before the path (expected: " + FORM + ")");
    }
  }
}

package io.discovery;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How to reach and use a registry. Immutable and checked as it is built; every value has one key,
 * used alike in code ({@link #with(String, String)}), as system property {@code discovery.KEY} and
 * as environment variable {@code DISCOVERY_KEY}. Values in code beat system properties, those beat
 * the environment. Secrets are never printed (rule 7.2).
 *
 * <pre>{@code
 * RegistryConfig config = RegistryConfig.fromEnvironment().withEndpoints("10.0.0.1:2379").withTtl(Duration.ofSeconds(5));
 * }</pre>
 */
public final class RegistryConfig {
  private static final RegistryConfig DEFAULTS =
      new RegistryConfig(new EnumMap<>(Setting.class), new TreeMap<>());

  /**
   * A value whose key is no setting: an option of a backend, or a slip. Judged when the backends
   * are known.
   */
  record Extra(String value, String origin, boolean fromCode) {}

  private final Map<Setting, Object> values;
  private final Map<String, Extra> extras;

  private RegistryConfig(Map<Setting, Object> values, Map<String, Extra> extras) {
    this.values = values;
    this.extras = extras;
  }

  /** Returns the defaults alone, whatever the JVM's system properties and environment say. */
  public static RegistryConfig defaults() {
    return DEFAULTS;
  }

  /**
   * Returns what {@code discovery.*} system properties and {@code DISCOVERY_*} environment
   * variables say.
   *
   * @throws IllegalArgumentException if a value has a bad form; the message names key, value,
   *     expected form and origin
   */
  public static RegistryConfig fromEnvironment() {
    return ConfigSources.read(System.getProperties(), System.getenv());
  }

  /**
   * Returns a copy with one value set, a setting ({@code "ttl"}) or a backend's option ({@code
   * "etcd.page-size"}). Whether an option exists is checked when the registry is opened.
   */
  public RegistryConfig with(String key, String value) {
    return with(key, value, "code", true);
  }

  RegistryConfig with(String key, String value, String origin, boolean fromCode) {
    Objects.requireNonNull(value, key);
    Optional<Setting> setting = Setting.of(key);
    if (setting.isPresent()) {
      return with(setting.get(), setting.get().parse(value, origin));
    }
    if (fromCode && key.indexOf('.') < 0) {
      throw new IllegalArgumentException(ConfigSources.unknown(key, origin, List.of()));
    }
    Map<String, Extra> next = new TreeMap<>(extras);
    next.put(key, new Extra(value, origin, fromCode));
    return new RegistryConfig(values, next);
  }

  private RegistryConfig with(Setting setting, Object value) {
    Map<Setting, Object> next = new EnumMap<>(Setting.class);
    next.putAll(values);
    next.put(setting, value);
    return new RegistryConfig(next, extras);
  }

  /** Returns a copy that uses the backend of this name. */
  public RegistryConfig withBackend(String name) {
    return with(Setting.BACKEND.key, name);
  }

  /**
   * Returns a copy with these endpoints: {@code host:port}, or {@code http(s)://host:port} where
   * the backend speaks HTTP.
   */
  public RegistryConfig withEndpoints(String... endpoints) {
    return with(Setting.ENDPOINTS.key, String.join(",", endpoints));
  }

  /** Returns a copy that keeps its records below this path; the empty string means the root. */
  public RegistryConfig withNamespace(String namespace) {
    return with(Setting.NAMESPACE.key, namespace);
  }

  /** Returns a copy with this wire format. */
  public RegistryConfig withFormat(String format) {
    return with(Setting.FORMAT.key, format);
  }

  /**
   * Returns a copy whose registrations may outlive their process by this long, where they say
   * nothing else.
   */
  public RegistryConfig withTtl(Duration ttl) {
    return with(Setting.TTL.key, ttl.toString());
  }

  /** Returns a copy that authenticates with this user and password. */
  public RegistryConfig withCredentials(String user, String password) {
    return with(Setting.USER.key, user).with(Setting.PASSWORD.key, password);
  }

  /**
   * Returns the chosen backend, empty if it is left to system property, environment or class path
   * (rule 6.1).
   */
  public Optional<String> backend() {
    return find(Setting.BACKEND, String.class);
  }

  /** Returns the endpoints; empty means the backend's default on this machine. */
  public List<String> endpoints() {
    @SuppressWarnings("unchecked") // the parser of ENDPOINTS makes nothing else
    List<String> endpoints = (List<String>) get(Setting.ENDPOINTS, List.class);
    return endpoints;
  }

  /**
   * Returns the path below which records are kept; the format's own if none was set. May be empty:
   * the root.
   */
  public String namespace() {
    return find(Setting.NAMESPACE, String.class)
        .orElseGet(
            () -> format().map(Codecs::named).map(InstanceCodec::namespace).orElse("services"));
  }

  /** Returns the wire format, empty for the backend's default until a registry is opened. */
  public Optional<String> format() {
    return find(Setting.FORMAT, String.class);
  }

  /** Returns the time to live of registrations that do not say otherwise. */
  public Duration ttl() {
    return get(Setting.TTL, Duration.class);
  }

  /** Returns the bound on one small request to the store, after which it counts as failed. */
  public Duration requestTimeout() {
    return get(Setting.REQUEST_TIMEOUT, Duration.class);
  }

  /** Returns the bound on one complete read of a service. */
  public Duration listTimeout() {
    return get(Setting.LIST_TIMEOUT, Duration.class);
  }

  /**
   * Returns how long {@code close} of a registration waits for its acknowledgement, at most four
   * seconds.
   */
  public Duration closeTimeout() {
    return get(Setting.CLOSE_TIMEOUT, Duration.class);
  }

  /** Returns the mean time between two precautionary re-reads of a view (rule 3.17). */
  public Duration resyncInterval() {
    return get(Setting.RESYNC_INTERVAL, Duration.class);
  }

  /** Returns how many instances of one service are believed (rule 7.5). */
  public int maxInstances() {
    return get(Setting.MAX_INSTANCES, Integer.class);
  }

  /** Returns the user to authenticate as. */
  public Optional<String> user() {
    return find(Setting.USER, String.class);
  }

  /** Returns the password. Handle with care: it is printed nowhere else. */
  public Optional<String> password() {
    return find(Setting.PASSWORD, String.class);
  }

  /** Tells whether to speak TLS: set, or implied by any TLS file. */
  public boolean tls() {
    return get(Setting.TLS, Boolean.class)
        || tlsCa().isPresent()
        || tlsCert().isPresent()
        || tlsKey().isPresent();
  }

  /** Returns the PEM file of trusted certificates; empty means those of the JVM. */
  public Optional<Path> tlsCa() {
    return find(Setting.TLS_CA, Path.class);
  }

  /** Returns the PEM file of the client's certificate chain. */
  public Optional<Path> tlsCert() {
    return find(Setting.TLS_CERT, Path.class);
  }

  /** Returns the PEM file of the client's private key. */
  public Optional<Path> tlsKey() {
    return find(Setting.TLS_KEY, Path.class);
  }

  /**
   * Returns an option of the chosen backend: {@code option("page-size")} is {@code etcd.page-size}
   * on backend etcd.
   */
  public Optional<String> option(String name) {
    return backend().map(backend -> extras.get(backend + "." + name)).map(Extra::value);
  }

  Map<String, Extra> extras() {
    return extras;
  }

  private <T> Optional<T> find(Setting setting, Class<T> type) {
    return Optional.ofNullable(values.get(setting)).or(setting::fallback).map(type::cast);
  }

  private <T> T get(Setting setting, Class<T> type) {
    return find(setting, type).orElseThrow();
  }

  /**
   * Lists what was set, secrets masked; a backend's options may hold secrets too, so only their
   * keys are shown.
   */
  @Override
  public String toString() {
    Map<String, Object> shown = new TreeMap<>();
    values.forEach(
        (setting, value) -> shown.put(setting.key, setting == Setting.PASSWORD ? "***" : value));
    extras.keySet().forEach(key -> shown.put(key, "***"));
    return "RegistryConfig" + shown;
  }
}

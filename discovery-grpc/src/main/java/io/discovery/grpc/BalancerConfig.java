package io.discovery.grpc;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Settings of the load balancing policy {@code discovery}; what is not set has its default, under
 * which the policy obeys weights and nothing else. Immutable, with equality over what is set.
 *
 * <p>There are three ways to a channel, of which the later overrides the earlier, setting by
 * setting:
 *
 * <pre>{@code
 * // 1. a service config, here the channel's default one; it also chooses the policy
 * builder.defaultServiceConfig(BalancerConfig.defaults().withZone("a").serviceConfig());
 *
 * // 2. an argument of the name resolver; leaves the service config alone
 * builder.defaultLoadBalancingPolicy("discovery")
 *     .setNameResolverArg(DiscoveryNameResolverProvider.BALANCER, config);
 *
 * // 3. the target; with lb, the channel's own service config does not count, and the channel must
 * //    not have disableServiceConfigLookUp(), which discards lb: there is service-config=false
 * Grpc.newChannelBuilder("discovery:///orders?lb=discovery&zone=a&slow-start=30s", credentials);
 * }</pre>
 */
public final class BalancerConfig {
  private static final BalancerConfig DEFAULTS =
      new BalancerConfig(new EnumMap<>(BalancerSetting.class));

  private final Map<BalancerSetting, Object> settings;

  private BalancerConfig(Map<BalancerSetting, Object> settings) {
    this.settings = Collections.unmodifiableMap(settings);
  }

  /** Returns the configuration in which nothing is set. */
  public static BalancerConfig defaults() {
    return DEFAULTS;
  }

  /**
   * Returns a copy that prefers instances of this zone, the client's own.
   *
   * @param zone as in the instances' metadata; empty, the default, to prefer none
   */
  public BalancerConfig withZone(String zone) {
    return with("zone", zone);
  }

  /**
   * Returns a copy that reads the zone of an instance in its metadata under this key; {@code zone}
   * by default.
   */
  public BalancerConfig withZoneKey(String key) {
    return with("zone-key", key);
  }

  /**
   * Returns a copy whose zone keeps all calls as long as it has this much of what it would have if
   * the weight of all connected instances were spread evenly over the zones; those that a subset
   * leaves out count in proportion. With less it keeps calls in proportion, and the others go where
   * there is more than that.
   *
   * @param percent 0 to 100; 70 by default. 100 loads all instances alike if clients are spread
   *     evenly; 0 keeps all calls as long as one instance of the zone is connected
   */
  public BalancerConfig withZoneMinimum(int percent) {
    return with("zone-minimum", Integer.toString(percent));
  }

  /**
   * Returns a copy under which an instance that joins others already connected begins with a tenth
   * of its weight, and has all of it when this time has passed since it was connected itself.
   *
   * @param window at most a day, in milliseconds; zero, the default, for the whole weight at once
   */
  public BalancerConfig withSlowStart(Duration window) {
    return with("slow-start", window.toMillis() + "ms");
  }

  /**
   * Returns a copy that connects this many instances, not all. Which ones depends on the client key
   * and the instances' ids alone: an instance that comes or goes moves one connection at most. If a
   * zone is preferred, half of them are of that zone as long as there are so many. A {@link
   * Routing} chooses among them alone.
   *
   * @param size 0, the default, for all
   */
  public BalancerConfig withSubset(int size) {
    return with("subset", Integer.toString(size));
  }

  /**
   * Returns a copy whose subset is that of this client, say a pod's name, also after a restart. By
   * default each process and target has a random one.
   */
  public BalancerConfig withClientKey(String key) {
    return with("client-key", key);
  }

  /**
   * Returns a copy with one setting given as text, by its key in targets.
   *
   * @throws IllegalArgumentException if there is no such key or the value has another form; the
   *     message says what was expected
   */
  public BalancerConfig with(String key, String value) {
    BalancerSetting setting =
        BalancerSetting.ofKey(key)
            .orElseThrow(
                () -> new IllegalArgumentException(KnownKeys.unknown(key, BalancerSetting.keys())));
    return with(setting, setting.parse(value));
  }

  private BalancerConfig with(BalancerSetting setting, Object value) {
    Map<BalancerSetting, Object> next = new EnumMap<>(BalancerSetting.class);
    next.putAll(settings);
    next.put(setting, value);
    return new BalancerConfig(next);
  }

  /**
   * Returns what stands behind {@code discovery} in a service config.
   *
   * @throws IllegalArgumentException as {@link #with(String, String)}
   */
  static BalancerConfig fromJson(Map<String, ?> json) {
    BalancerConfig config = DEFAULTS;
    for (var entry : json.entrySet()) {
      BalancerSetting setting =
          BalancerSetting.ofJsonKey(entry.getKey())
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          KnownKeys.unknown(entry.getKey(), BalancerSetting.jsonKeys())));
      config = config.with(setting, setting.parseJson(entry.getValue()));
    }
    return config;
  }

  /** Returns these settings and, for those not set here, those of another configuration. */
  BalancerConfig over(BalancerConfig base) {
    Map<BalancerSetting, Object> next = new EnumMap<>(BalancerSetting.class);
    next.putAll(base.settings);
    next.putAll(settings);
    return new BalancerConfig(next);
  }

  /**
   * Returns a service config that chooses the policy with these settings, to which other entries
   * such as {@code methodConfig} may be added. Mutable, and the caller's own.
   */
  public Map<String, Object> serviceConfig() {
    Map<String, Object> json = new TreeMap<>();
    settings.forEach((setting, value) -> json.put(setting.jsonKey, BalancerSetting.toJson(value)));
    Map<String, Object> config = new TreeMap<>();
    config.put("loadBalancingConfig", List.of(Map.of(DiscoveryLoadBalancerProvider.POLICY, json)));
    return config;
  }

  boolean isEmpty() {
    return settings.isEmpty();
  }

  String zone() {
    return get(BalancerSetting.ZONE, String.class);
  }

  String zoneKey() {
    return get(BalancerSetting.ZONE_KEY, String.class);
  }

  /** Returns a fraction. */
  double zoneMinimum() {
    return get(BalancerSetting.ZONE_MINIMUM, Integer.class) / 100.0;
  }

  Duration slowStart() {
    return get(BalancerSetting.SLOW_START, Duration.class);
  }

  int subset() {
    return get(BalancerSetting.SUBSET, Integer.class);
  }

  /** Returns the client key; empty if none is set. */
  String clientKey() {
    return get(BalancerSetting.CLIENT_KEY, String.class);
  }

  private <T> T get(BalancerSetting setting, Class<T> type) {
    return type.cast(settings.getOrDefault(setting, setting.fallback));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BalancerConfig config && config.settings.equals(settings);
  }

  @Override
  public int hashCode() {
    return settings.hashCode();
  }

  /** Returns what is set, as in a target: {@code zone=a&slow-start=30s}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    settings.forEach(
        (setting, value) ->
            text.append(text.isEmpty() ? "" : "&")
                .append(setting.key)
                .append('=')
                .append(BalancerSetting.toText(value)));
    return text.toString();
  }
}

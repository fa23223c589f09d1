package io.discovery.grpc;

import io.grpc.LoadBalancerRegistry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a target says about load balancing: {@code lb=POLICY}, settings of the policy {@code
 * discovery}, and {@code service-config=false} for a channel that follows no published service
 * config. None of it concerns the registry.
 *
 * @param policy the policy to use, if the target names one
 * @param published whether to follow what operators publish
 */
record BalancerChoice(Optional<String> policy, BalancerConfig config, boolean published) {
  static final BalancerChoice OPEN =
      new BalancerChoice(Optional.empty(), BalancerConfig.defaults(), true);

  private static final String POLICY_KEY = "lb";
  private static final String PUBLISHED_KEY = "service-config";
  private static final List<String> KEYS =
      Stream.concat(Stream.of(POLICY_KEY, PUBLISHED_KEY), BalancerSetting.keys().stream()).toList();

  /** Tells whether a key of a target is one of these. */
  static boolean isKey(String key) {
    return KEYS.contains(key);
  }

  /**
   * Fails for a key that nobody knows and that looks like one of these.
   *
   * @throws IllegalArgumentException with the nearest one
   */
  static void checkNoSlip(String key) {
    if (KnownKeys.isNear(key, KEYS)) {
      throw new IllegalArgumentException(KnownKeys.unknown(key, KEYS));
    }
  }

  /**
   * Returns a copy with this key set.
   *
   * @throws IllegalArgumentException if the value has a bad form or there is no such policy
   */
  BalancerChoice with(String key, String value) {
    if (key.equals(PUBLISHED_KEY)) {
      if (!value.equals("true") && !value.equals("false")) {
        throw new IllegalArgumentException(
            PUBLISHED_KEY + ": '" + value + "' (expected: true or false)");
      }
      return new BalancerChoice(policy, config, value.equals("true"));
    }
    if (!key.equals(POLICY_KEY)) {
      return new BalancerChoice(policy, config.with(key, value), published);
    }
    if (LoadBalancerRegistry.getDefaultRegistry().getProvider(value) == null) {
      throw new IllegalArgumentException(
          POLICY_KEY
              + ": '"
              + value
              + "' (expected: a load balancing policy on the class path, such as discovery, round_robin or pick_first)");
    }
    return new BalancerChoice(Optional.of(value), config, published);
  }

  /** Returns a service config that chooses the policy and says nothing else; empty without one. */
  Map<String, ?> serviceConfig() {
    return policy
        .<Map<String, ?>>map(name -> Map.of("loadBalancingConfig", List.of(Map.of(name, Map.of()))))
        .orElse(Map.of());
  }
}

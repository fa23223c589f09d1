package io.discovery.grpc;

import io.grpc.Attributes;
import io.grpc.NameResolver;
import io.grpc.NameResolver.ConfigOrError;
import java.util.Optional;

/**
 * What a channel is told about load balancing beside the addresses.
 *
 * @param serviceConfig nothing if the target chooses no policy: any at all replaces the channel's
 *     own
 * @param attributes settings for the policy {@code discovery}
 */
record Balancing(Optional<ConfigOrError> serviceConfig, Attributes attributes) {
  /**
   * @throws IllegalArgumentException if the policy cannot do without a configuration
   */
  static Balancing of(BalancerChoice choice, NameResolver.Args args) {
    BalancerConfig given = args.getArg(DiscoveryNameResolverProvider.BALANCER);
    BalancerConfig config = given == null ? choice.config() : choice.config().over(given);
    Optional<ConfigOrError> serviceConfig =
        choice
            .policy()
            .map(named -> args.getServiceConfigParser().parseServiceConfig(choice.serviceConfig()));
    // Now, since a channel whose first service config is bad fails all calls.
    serviceConfig
        .filter(parsed -> parsed.getError() != null)
        .ifPresent(
            bad -> {
              throw new IllegalArgumentException(
                  "lb: '"
                      + choice.policy().orElseThrow()
                      + "' (expected: a policy that needs no configuration): "
                      + bad.getError().getDescription());
            });
    return new Balancing(
        serviceConfig,
        config.isEmpty()
            ? Attributes.EMPTY
            : Attributes.newBuilder().set(DiscoveryLoadBalancerProvider.CONFIG, config).build());
  }
}

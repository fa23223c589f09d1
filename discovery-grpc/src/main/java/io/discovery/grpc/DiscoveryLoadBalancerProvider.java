package io.discovery.grpc;

import io.grpc.Attributes;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancerProvider;
import io.grpc.NameResolver;
import io.grpc.NameResolver.ConfigOrError;
import io.grpc.Status;
import java.util.Map;

/**
 * The load balancing policy {@code discovery}: connects all instances, or a subset, and gives each
 * its share of the calls. On the class path gRPC finds it by itself; a channel uses it that asks
 * for it, see {@link BalancerConfig}.
 *
 * <ul>
 *   <li>Weights are those of the registry, and new ones count at once, on the same connections.
 *       Weight 0 drains: calls under way go on, new ones go elsewhere. If all instances drain,
 *       calls fail.
 *   <li>The client's zone is preferred as long as it is large enough.
 *   <li>A new instance may start slowly.
 *   <li>A call may ask for instances with certain metadata, see {@link Routing}, and may learn
 *       which one it got, see {@link PickedInstance}.
 *   <li>Instances are health checked if the service config has a {@code healthCheckConfig} and
 *       grpc-services is on the class path; they may be ejected by the policy {@code
 *       outlier_detection_experimental} with this one as its child.
 * </ul>
 *
 * <p>Calls wait while instances are being connected, and fail with {@code UNAVAILABLE} and the
 * reason if none can be. An empty list of addresses is taken at its word and ends traffic; an error
 * of the name resolver leaves living connections alone. Works with any name resolver; groups
 * without {@link DiscoveryNameResolverProvider#INSTANCE} have weight 1, no zone and no metadata.
 *
 * <p>In a service config:
 *
 * <pre>{@code
 * {"loadBalancingConfig": [{"discovery": {
 *     "zone": "a", "zoneKey": "zone", "zoneMinimum": 70, "slowStart": "30s", "subset": 20, "clientKey": "pod-7"}}]}
 * }</pre>
 */
public final class DiscoveryLoadBalancerProvider extends LoadBalancerProvider {
  /**
   * Settings that a name resolver has for the policy. They override those of the service config.
   */
  @NameResolver.ResolutionResultAttr
  public static final Attributes.Key<BalancerConfig> CONFIG =
      Attributes.Key.create("io.discovery.grpc.BalancerConfig");

  static final String POLICY = "discovery";

  private static final LoadBalancer.Factory PLAIN =
      new LoadBalancer.Factory() {
        @Override
        public LoadBalancer newLoadBalancer(LoadBalancer.Helper helper) {
          return new DiscoveryLoadBalancer(helper, System::nanoTime);
        }
      };

  /** Called by gRPC. */
  public DiscoveryLoadBalancerProvider() {}

  @Override
  public boolean isAvailable() {
    return true;
  }

  @Override
  public int getPriority() {
    return 5;
  }

  @Override
  public String getPolicyName() {
    return POLICY;
  }

  @Override
  public LoadBalancer newLoadBalancer(LoadBalancer.Helper helper) {
    return HealthChecks.IF_PRESENT.around(PLAIN, helper);
  }

  /** Parses what stands behind {@code discovery} in a service config. Never throws. */
  @Override
  public ConfigOrError parseLoadBalancingPolicyConfig(Map<String, ?> json) {
    try {
      return ConfigOrError.fromConfig(BalancerConfig.fromJson(json));
    } catch (IllegalArgumentException e) {
      return ConfigOrError.fromError(
          Status.UNAVAILABLE.withDescription("policy " + POLICY + ": " + e.getMessage()));
    }
  }
}

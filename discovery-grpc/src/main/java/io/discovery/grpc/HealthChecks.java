package io.discovery.grpc;

import io.grpc.LoadBalancer;
import io.grpc.protobuf.services.HealthCheckingLoadBalancerUtil;

/** Client-side health checking, which comes with grpc-services or not at all. */
@FunctionalInterface
interface HealthChecks {
  HealthChecks IF_PRESENT = find();

  /** Returns the policy, with health checks around it if they can be had. */
  LoadBalancer around(LoadBalancer.Factory policy, LoadBalancer.Helper helper);

  private static HealthChecks find() {
    try {
      Class.forName(
          "io.grpc.protobuf.services.HealthCheckingLoadBalancerUtil",
          false,
          HealthChecks.class.getClassLoader());
      return HealthCheckingLoadBalancerUtil::newHealthCheckingLoadBalancer;
    } catch (ClassNotFoundException | LinkageError absent) {
      return LoadBalancer.Factory::newLoadBalancer;
    }
  }
}

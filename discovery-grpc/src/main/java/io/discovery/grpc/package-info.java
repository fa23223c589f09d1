/**
 * gRPC: channels that find servers by service name ({@link
 * io.discovery.grpc.DiscoveryNameResolverProvider}) and spread calls over them as the registry says
 * ({@link io.discovery.grpc.DiscoveryLoadBalancerProvider}), and servers that are found by it as
 * long as they serve ({@link io.discovery.grpc.RegisteredServer}).
 */
package io.discovery.grpc;

/**
 * gRPC on top of discovery.
 *
 * <p>Clients dial {@code discovery:///orders}, see {@link
 * io.discovery.grpc.DiscoveryNameResolverProvider}; servers are registered and taken down by {@link
 * io.discovery.grpc.RegisteredServer}.
 */
package io.discovery.grpc;

/** The gRPC name resolver and the registration of servers. */
package io.discovery.grpc;

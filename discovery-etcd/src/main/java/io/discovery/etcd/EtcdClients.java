package io.discovery.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.util.concurrent.MoreExecutors;
import io.discovery.RegistryConfig;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * Where a connection gets its jetcd client: made from the configuration, anew as often as needed,
 * or lent by the caller, who then also closes it (rule 5.5). Immutable; the methods may block for a
 * short while.
 */
final class EtcdClients {
  private static final int LARGEST_MESSAGE = 64 << 20;
  private static final Duration KEEPALIVE_TIME = Duration.ofSeconds(10);
  private static final Duration KEEPALIVE_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration DIAL = Duration.ofMillis(500);

  private final Supplier<Client> source;
  private final Optional<EtcdEndpoints> endpoints;
  private final boolean anonymous;

  private EtcdClients(
      Supplier<Client> source, Optional<EtcdEndpoints> endpoints, boolean anonymous) {
    this.source = source;
    this.endpoints = endpoints;
    this.anonymous = anonymous;
  }

  /** Clients that this module makes and closes. */
  static EtcdClients made(RegistryConfig config) {
    EtcdEndpoints endpoints = EtcdEndpoints.of(config);
    Duration call = EtcdConnection.callTimeout(config);
    ClientBuilder builder =
        Client.builder()
            .target(endpoints.target())
            .maxInboundMessageSize(LARGEST_MESSAGE)
            .connectTimeout(call)
            .keepaliveTime(KEEPALIVE_TIME)
            .keepaliveTimeout(KEEPALIVE_TIMEOUT)
            // True earns "too many pings" from etcd and with it the loss of the connection.
            .keepaliveWithoutCalls(false)
            // An attempt against a dead member shall fail now; the engine decides when to try
            // again.
            .waitForReady(false)
            .retryMaxAttempts(0)
            // jetcd is called on the connection's own thread and needs none of its own.
            .executorService(MoreExecutors.newDirectExecutorService())
            .interceptor(new EtcdAttempts(call, config.listTimeout()));
    if (endpoints.tls()) {
      builder.sslContext(sslContext(config));
    }
    if (config.user().isPresent() != config.password().isPresent()) {
      throw new IllegalArgumentException(
          (config.user().isPresent() ? "password" : "user")
              + ": absent (expected: user and password, both or neither)");
    }
    config.user().ifPresent(user -> builder.user(ByteSequence.from(user, UTF_8)));
    config.password().ifPresent(password -> builder.password(ByteSequence.from(password, UTF_8)));
    return new EtcdClients(builder::build, Optional.of(endpoints), config.user().isEmpty());
  }

  /** The one client that the caller owns. */
  static EtcdClients lent(Client client) {
    return new EtcdClients(() -> client, Optional.empty(), false);
  }

  /** Tells whether they, and so their threads, belong to the caller. */
  boolean areLent() {
    return endpoints.isEmpty();
  }

  /** Tells whether calls surely bear no token. */
  boolean areAnonymous() {
    return anonymous;
  }

  Client open() {
    return source.get();
  }

  void close(Client client) {
    if (!areLent()) {
      client.close();
    }
  }

  /** Tells whether a new client would find somebody: it is ours to make, and a member accepts. */
  boolean canReplace() {
    return endpoints.isPresent() && endpoints.get().accept(DIAL);
  }

  @Override
  public String toString() {
    return "etcd at " + endpoints.map(EtcdEndpoints::toString).orElse("the caller's client");
  }

  /** Without one of these jetcd talks plain text to https endpoints and says nothing. */
  private static SslContext sslContext(RegistryConfig config) {
    if (config.tlsCert().isPresent() != config.tlsKey().isPresent()) {
      throw new IllegalArgumentException(
          (config.tlsCert().isPresent() ? "tls.key" : "tls.cert")
              + ": absent (expected: tls.cert and tls.key, both or neither)");
    }
    try {
      SslContextBuilder builder = GrpcSslContexts.forClient();
      config.tlsCa().map(Path::toFile).ifPresent(builder::trustManager);
      if (config.tlsCert().isPresent()) {
        File key = config.tlsKey().orElseThrow().toFile();
        builder.keyManager(config.tlsCert().orElseThrow().toFile(), key);
      }
      return builder.build();
    } catch (SSLException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "tls.ca, tls.cert, tls.key: "
              + e.getMessage()
              + " (expected: PEM files; the key unencrypted, as PKCS#8)",
          e);
    }
  }
}

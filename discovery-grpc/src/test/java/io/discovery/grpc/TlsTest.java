package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.Registry;
import io.discovery.tck.Await;
import io.discovery.tck.MemoryStore;
import io.discovery.tck.TlsIdentity;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerCredentials;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mutual TLS, in which the name that a certificate must have is the service's. */
final class TlsTest {
  private static final Duration FIRST_HANDSHAKE = Duration.ofSeconds(60);

  @TempDir static Path directory;
  private static TlsIdentity orders;
  private static TlsIdentity example;
  private static TlsIdentity client;

  private final MemoryStore store = MemoryStore.named("tls-" + UUID.randomUUID());
  @AutoClose private final Stage stage = new Stage(store.config());
  private final Registry registry = stage.registry();

  @BeforeAll
  static void makeCertificates() throws Exception {
    orders = new TlsIdentity(directory, "orders", "dns:orders");
    example = new TlsIdentity(directory, "example", "dns:orders.example.com");
    client = new TlsIdentity(directory, "client", "dns:client");
  }

  /** Serves with this certificate, to clients that have {@code client}'s. */
  private void serve(String service, TlsIdentity identity) throws IOException {
    ServerCredentials credentials =
        TlsServerCredentials.newBuilder()
            .keyManager(identity.certificate().toFile(), identity.key().toFile())
            .trustManager(client.certificate().toFile())
            .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
            .build();
    RegisteredServer server =
        RegisteredServer.builder(
                registry,
                Grpc.newServerBuilderForPort(0, credentials)
                    .addService(Greeter.service(() -> "secret")))
            .advertise("127.0.0.1")
            .quietPeriod(Duration.ZERO)
            .service(service)
            .register();
    stage.atEnd(server::close);
    server.awaitRegistered(Stage.SOON);
  }

  private static ChannelCredentials trusting(TlsIdentity server) throws IOException {
    return TlsChannelCredentials.newBuilder()
        .trustManager(server.certificate().toFile())
        .keyManager(client.certificate().toFile(), client.key().toFile())
        .build();
  }

  private ManagedChannelBuilder<?> channel(String target, ChannelCredentials credentials) {
    return Grpc.newChannelBuilder(target, credentials)
        .setNameResolverArg(DiscoveryNameResolverProvider.REGISTRY, registry);
  }

  /** The first handshake of a JVM takes its time, more than one call may have. */
  private static String answer(ManagedChannel channel) {
    Await.until("an answer", FIRST_HANDSHAKE, () -> Greeter.answers(channel));
    return Greeter.call(channel);
  }

  private static Status refusal(ManagedChannel channel) {
    AtomicReference<Status> status = new AtomicReference<>();
    Await.until(
        () -> "a refusal, instead of " + status,
        FIRST_HANDSHAKE,
        () -> {
          StatusRuntimeException e =
              assertThrows(StatusRuntimeException.class, () -> Greeter.call(channel));
          status.set(e.getStatus());
          return e.getStatus().getCode() == Status.Code.UNAVAILABLE;
        });
    return status.get();
  }

  @Test
  void theCertificateIsVerifiedForTheNameOfTheService() throws IOException {
    serve("orders", orders);
    ManagedChannel channel = stage.build(channel("discovery:///orders", trusting(orders)));
    assertEquals("secret", answer(channel));
    assertEquals("orders", channel.authority());
  }

  @Test
  void aTrustedServerWithAnotherNameIsRefused() throws IOException {
    serve("orders", example);
    ManagedChannel channel = stage.build(channel("discovery:///orders", trusting(example)));
    Status status = refusal(channel);
    StringBuilder causes = new StringBuilder();
    for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
      causes.append(cause).append('\n');
    }
    assertTrue(causes.toString().contains("name matching orders found"), causes::toString);
  }

  @Test
  void aTargetMayHaveANameOfItsOwn() throws IOException {
    serve("orders", example);
    ManagedChannelBuilder<?> builder =
        channel("discovery:///orders", trusting(example)).overrideAuthority("orders.example.com");
    assertEquals("secret", answer(stage.build(builder)));
  }

  @Test
  void aServiceWhoseNameNoCertificateCanHaveNeedsOne() throws IOException {
    serve("shop/orders:v1", example);
    String target = "discovery:///shop%2Forders%3Av1";
    refusal(stage.build(channel(target, trusting(example))));
    ManagedChannelBuilder<?> builder =
        channel(target, trusting(example)).overrideAuthority("orders.example.com");
    assertEquals("secret", answer(stage.build(builder)));
  }

  @Test
  void aClientWithoutItsCertificateIsRefused() throws IOException {
    serve("orders", orders);
    ChannelCredentials anonymous =
        TlsChannelCredentials.newBuilder().trustManager(orders.certificate().toFile()).build();
    refusal(stage.build(channel("discovery:///orders", anonymous)));
  }
}

package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.discovery.Registry;
import io.discovery.tck.MemoryStore;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.ServerBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who answered, from a registered server's interceptor to a client's. */
final class InstanceHeaderTest {
  private final MemoryStore store = MemoryStore.named("header-" + UUID.randomUUID());
  @AutoClose private final Stage stage = new Stage(store.config());
  private final Registry registry = stage.registry();

  private RegisteredServer.Builder describe(ServerBuilder<?> builder) {
    return RegisteredServer.builder(registry, builder)
        .advertise("127.0.0.1")
        .quietPeriod(Duration.ZERO)
        .instanceHeader(new InstanceHeader());
  }

  private RegisteredServer registered(RegisteredServer.Builder builder) {
    RegisteredServer server = builder.register();
    stage.atEnd(server::close);
    server.awaitRegistered(Stage.SOON);
    return server;
  }

  private static ServerBuilder<?> greeting() {
    return Greeter.builder("127.0.0.1").addService(Greeter.service(() -> "a"));
  }

  private static Optional<String> answeredBy(Channel channel) {
    AnsweredBy answeredBy = new AnsweredBy();
    Greeter.call(ClientInterceptors.intercept(channel, answeredBy));
    return answeredBy.instance();
  }

  private static Metadata.Key<String> raw() {
    return Metadata.Key.of("discovery-instance", Metadata.ASCII_STRING_MARSHALLER);
  }

  @Test
  void theDefaultIdArrivesAsItIs() {
    RegisteredServer server = registered(describe(greeting()).service("orders"));
    Channel channel = stage.channel(registry, "orders", "pick_first");
    String id = "127.0.0.1:" + server.server().getPort();
    assertEquals(Optional.of(id), answeredBy(channel));
    AtomicReference<Metadata> headers = new AtomicReference<>();
    Greeter.call(
        ClientInterceptors.intercept(
            channel,
            MetadataUtils.newCaptureMetadataInterceptor(headers, new AtomicReference<>())));
    assertEquals(id, headers.get().get(raw()));
  }

  @ParameterizedTest
  @CsvSource({
    "'eins, zwei & 50 %', 'eins%2C%20zwei%20&%2050%20%25'",
    "'größe/中', 'gr%C3%B6%C3%9Fe/%E4%B8%AD'",
    "'[::1]:80', '[::1]:80'"
  })
  void anyIdArrives(String id, String encoded) {
    registered(describe(greeting()).service("orders", instance -> instance.withId(id)));
    Channel channel = stage.channel(registry, "orders", "pick_first");
    AtomicReference<Metadata> headers = new AtomicReference<>();
    AnsweredBy answeredBy = new AnsweredBy();
    Greeter.call(
        ClientInterceptors.intercept(
            channel,
            answeredBy,
            MetadataUtils.newCaptureMetadataInterceptor(headers, new AtomicReference<>())));
    assertEquals(Optional.of(id), answeredBy.instance());
    assertEquals(encoded, headers.get().get(raw()));
  }

  @Test
  void aFailureTellsToo() {
    registered(
        describe(
                Greeter.builder("127.0.0.1")
                    .addService(
                        Greeter.service(
                            () -> {
                              throw Status.FAILED_PRECONDITION.asRuntimeException();
                            })))
            .service("orders", instance -> instance.withId("culprit")));
    AnsweredBy answeredBy = new AnsweredBy();
    Channel channel =
        ClientInterceptors.intercept(stage.channel(registry, "orders", "pick_first"), answeredBy);
    assertThrows(StatusRuntimeException.class, () -> Greeter.call(channel));
    assertEquals(Optional.of("culprit"), answeredBy.instance());
  }

  @Test
  void eachServiceIsAnsweredWithItsOwnId() {
    RegisteredServer server =
        registered(
            describe(greeting())
                .service("orders", instance -> instance.withId("o-1"))
                .service("team/stock", instance -> instance.withId("s-1")));
    assertEquals(Optional.of("o-1"), answeredBy(stage.channel(registry, "orders", "pick_first")));
    assertEquals(
        Optional.of("s-1"), answeredBy(stage.channel(registry, "team%2Fstock", "pick_first")));
    ManagedChannelBuilder<?> direct =
        Grpc.newChannelBuilder(
            "127.0.0.1:" + server.server().getPort(), InsecureChannelCredentials.create());
    assertEquals(Optional.of("o-1"), answeredBy(stage.build(direct)), "the first of the server");
  }

  @Test
  void nothingIsSaidWhereNothingIsKnown() {
    Greeter silent = stage.greeter("silent", registry, "plain");
    Channel plain = stage.channel(registry, "plain", "pick_first");
    assertEquals(Optional.empty(), answeredBy(plain));
    Greeter unregistered =
        stage.greeter(
            new Greeter("a", Greeter.builder("127.0.0.1").intercept(new InstanceHeader())));
    stage.register(registry, "unregistered", unregistered);
    assertEquals(
        Optional.empty(), answeredBy(stage.channel(registry, "unregistered", "pick_first")));
    // What an earlier call has shown does not outlive a later one.
    AnsweredBy answeredBy = new AnsweredBy();
    registered(describe(greeting()).service("orders"));
    Greeter.call(
        ClientInterceptors.intercept(stage.channel(registry, "orders", "pick_first"), answeredBy));
    silent.close();
    assertThrows(
        StatusRuntimeException.class,
        () -> Greeter.call(ClientInterceptors.intercept(plain, answeredBy)));
    assertEquals(Optional.empty(), answeredBy.instance());
  }

  @Test
  void anInProcessServerTellsToo() {
    String name = "header-" + UUID.randomUUID();
    registered(
        describe(InProcessServerBuilder.forName(name).addService(Greeter.service(() -> "inside")))
            .advertise("localhost", 1)
            .service("orders", instance -> instance.withId("inside-1")));
    Channel channel = stage.build(InProcessChannelBuilder.forName(name));
    assertEquals(Optional.of("inside-1"), answeredBy(channel));
  }
}

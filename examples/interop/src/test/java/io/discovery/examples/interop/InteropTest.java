package io.discovery.examples.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.RegistryConfig;
import io.discovery.ServiceInstance;
import io.discovery.tck.Await;
import io.discovery.tck.EtcdServer;
import io.discovery.tck.ServerProcess;
import io.discovery.tck.ZooKeeperServer;
import io.grpc.testing.integration.TestCases;
import io.grpc.testing.integration.TestServiceServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * gRPC's interoperability client, as it is, against two of its servers, which it finds by name: its
 * {@code main} in a JVM of its own for each case, with {@code discovery:///interop} for a host.
 */
class InteropTest {
  private static final String SERVICE = "interop";
  private static final int SERVERS = 2;
  private static final int LINES = 30;
  private static final Duration SOON = Duration.ofSeconds(30);

  /**
   * These want a server that refuses what is compressed and says it is not, which the Java server
   * does not do (the cases without that probe are run). {@link #atAPlainTarget} shows that.
   */
  private static final Set<TestCases> PROBING =
      EnumSet.of(TestCases.CLIENT_COMPRESSED_UNARY, TestCases.CLIENT_COMPRESSED_STREAMING);

  /** These want what is not to be had here: Google's credentials, or a proxy that caches. */
  private static final Set<TestCases> ELSEWHERE =
      EnumSet.of(
          TestCases.CACHEABLE_UNARY,
          TestCases.COMPUTE_ENGINE_CREDS,
          TestCases.COMPUTE_ENGINE_CHANNEL_CREDENTIALS,
          TestCases.SERVICE_ACCOUNT_CREDS,
          TestCases.JWT_TOKEN_CREDS,
          TestCases.OAUTH2_AUTH_TOKEN,
          TestCases.PER_RPC_CREDS,
          TestCases.GOOGLE_DEFAULT_CREDENTIALS);

  /** A cold JVM's first call takes longer than the second that a soak test allows by default. */
  private static final List<String> PATIENTLY =
      List.of(
          "--soak_per_iteration_max_acceptable_latency_ms=20000",
          "--soak_overall_timeout_seconds=60");

  /** The policy that reads the servers' load reports, and registers itself in the client. */
  private static final List<String> REPORTING =
      List.of(
          "--service_config_json={\"loadBalancingConfig\":[{\"test_backend_metrics_load_balancer\":{}}]}");

  private static final Map<TestCases, List<String>> ARGUMENTS =
      Map.of(
          TestCases.RPC_SOAK, PATIENTLY,
          TestCases.CHANNEL_SOAK, PATIENTLY,
          TestCases.ORCA_PER_RPC, REPORTING,
          TestCases.ORCA_OOB, REPORTING);

  @TestFactory
  Stream<DynamicTest> onEtcd() {
    EtcdServer.disabled().ifPresent(why -> assumeTrue(false, why));
    EtcdServer store = EtcdServer.launch();
    return cases("etcd", store.endpoint(), store);
  }

  @TestFactory
  Stream<DynamicTest> onZooKeeper() {
    ZooKeeperServer store = ZooKeeperServer.launch();
    return cases("zookeeper", store.endpoint(), store);
  }

  /** The control: what is left out above fails in the same way without this library. */
  @TestFactory
  Stream<DynamicTest> atAPlainTarget() {
    int port = serve();
    return PROBING.stream()
        .map(each -> DynamicTest.dynamicTest(each + " fails", () -> dialInVain(each, port)));
  }

  private static Stream<DynamicTest> cases(String backend, String endpoint, ServerProcess store) {
    RegistryConfig config = RegistryConfig.defaults().withBackend(backend).withEndpoints(endpoint);
    Registry registry = Registries.open(config);
    for (int i = 0; i < SERVERS; i++) {
      registry.register(ServiceInstance.of(SERVICE, "127.0.0.1", serve())).awaitRegistered(SOON);
    }
    return Arrays.stream(TestCases.values())
        .filter(each -> !ELSEWHERE.contains(each) && !PROBING.contains(each))
        .map(each -> DynamicTest.dynamicTest(each.toString(), () -> dial(each, backend, endpoint)))
        .onClose(registry::close)
        .onClose(store::close);
  }

  /** Runs a server until this JVM ends, and returns its port. */
  private static int serve() {
    int port = freePort();
    Thread server =
        new Thread(
            () -> {
              try {
                TestServiceServer.main(new String[] {"--port=" + port, "--use_tls=false"});
              } catch (Exception e) {
                throw new IllegalStateException("the server on port " + port + " failed", e);
              }
            },
            "interop-server");
    server.setDaemon(true);
    server.start();
    Await.until("a server on port " + port, SOON, () -> accepts(port));
    return port;
  }

  private static void dial(TestCases test, String backend, String endpoint)
      throws IOException, InterruptedException {
    Run run =
        run(
            test,
            List.of("-Ddiscovery.backend=" + backend, "-Ddiscovery.endpoints=" + endpoint),
            "discovery:///" + SERVICE,
            0);
    assertEquals(0, run.exit, () -> tail(run.said));
  }

  private static void dialInVain(TestCases test, int port)
      throws IOException, InterruptedException {
    Run run = run(test, List.of(), "127.0.0.1", port);
    assertEquals(1, run.exit, () -> "it works now, so it should be run: " + tail(run.said));
    assertTrue(run.said.contains("expected INVALID_ARGUMENT"), () -> tail(run.said));
  }

  /** How a client ended, and all it wrote. */
  private record Run(int exit, String said) {}

  private static Run run(TestCases test, List<String> properties, String host, int port)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.util.logging.config.file="
                    + System.getProperty("java.util.logging.config.file")));
    command.addAll(properties);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            "io.grpc.testing.integration.TestServiceClient",
            "--server_host=" + host,
            "--server_port=" + port,
            "--use_tls=false",
            "--test_case=" + test.toString().toLowerCase(Locale.ROOT)));
    command.addAll(ARGUMENTS.getOrDefault(test, List.of()));
    Process client = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    client.waitFor(1, TimeUnit.MINUTES);
    return new Run(client.exitValue(), said);
  }

  private static String tail(String text) {
    List<String> lines = text.lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException("no free port", e);
    }
  }
}

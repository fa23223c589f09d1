package io.discovery.tck;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A single etcd (3.4 or newer) as a child process, see {@link ServerProcess}.
 *
 * <p>The program is looked for in this order: system property {@code discovery.test.etcd} (a path),
 * environment variable {@code ETCD_BIN}, {@code etcd} on the {@code PATH}, the copy fetched
 * earlier, and at last Debian's package {@code etcd-server}, which is fetched and unpacked without
 * root into the user's cache directory. {@code -Ddiscovery.test.etcd=none} says that there shall be
 * none; ask {@link #disabled} first.
 */
public final class EtcdServer extends ServerProcess {
  private static final Duration READ = Duration.ofSeconds(1);

  private final List<String> program;
  private final List<String> flags;
  private final int peerPort = Ports.free();
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(READ).build();

  /**
   * Chooses port and directory; starts nothing.
   *
   * @param program how to call etcd
   * @param flags further flags; of two equal ones etcd takes the latter
   */
  EtcdServer(List<String> program, List<String> flags) {
    super("etcd");
    this.program = List.copyOf(program);
    this.flags = List.copyOf(flags);
  }

  /** Returns why there shall be no etcd on this machine, if so: tests then skip and say this. */
  public static Optional<String> disabled() {
    return EtcdProgram.disabled();
  }

  /**
   * Starts an etcd and waits until it answers.
   *
   * @param flags further flags for its command line, such as {@code --auth-token=simple}
   * @throws IllegalStateException if there is no etcd and none can be fetched; the message says how
   *     to get one
   */
  public static EtcdServer launch(String... flags) {
    EtcdServer server = new EtcdServer(List.of(EtcdProgram.find().toString()), List.of(flags));
    try {
      server.start();
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** Returns {@code http://127.0.0.1:port}. */
  public String url() {
    return "http://" + endpoint();
  }

  @Override
  protected List<String> command() {
    String peer = "http://127.0.0.1:" + peerPort;
    List<String> command = new ArrayList<>(program);
    command.add("--name=tck");
    command.add("--data-dir=" + data());
    command.add("--listen-client-urls=" + url());
    command.add("--advertise-client-urls=" + url());
    command.add("--listen-peer-urls=" + peer);
    command.add("--initial-advertise-peer-urls=" + peer);
    command.add("--initial-cluster=tck=" + peer);
    // A single member elects itself; it need not take a second for that.
    command.add("--heartbeat-interval=50");
    command.add("--election-timeout=500");
    command.addAll(flags);
    return command;
  }

  @Override
  protected List<String> hiddenVariables() {
    return List.of("ETCD_", "NO_PROXY", "no_proxy");
  }

  /** A linearizable read: etcd accepts connections a good second before it can answer. */
  @Override
  protected boolean answers() throws IOException {
    String key = Base64.getEncoder().encodeToString("ready".getBytes(UTF_8));
    HttpRequest range =
        HttpRequest.newBuilder(URI.create(url() + "/v3/kv/range"))
            .timeout(READ)
            .POST(HttpRequest.BodyPublishers.ofString("{\"key\":\"" + key + "\"}"))
            .build();
    // The body is left unread: etcd's refusals end in trailers, on which this client hangs.
    HttpResponse.BodyHandler<InputStream> head = HttpResponse.BodyHandlers.ofInputStream();
    try {
      HttpResponse<InputStream> response = http.send(range, head);
      response.body().close();
      int status = response.statusCode();
      // 401 and the like: with authentication on, the refusal too comes from a working store.
      return status == 200 || status == 400 || status == 401 || status == 403;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}

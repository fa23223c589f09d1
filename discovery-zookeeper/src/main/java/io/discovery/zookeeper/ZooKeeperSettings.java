package io.discovery.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.discovery.RegistryConfig;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.zookeeper.Environment;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ZKConfig;
import org.apache.zookeeper.data.ACL;

/**
 * What a configuration means for ZooKeeper: servers, chroot, credentials, permissions and sizes.
 * Immutable; checked on creation, so a bad value fails before any I/O (rule 7.1).
 *
 * <p>With credentials, what we create may be changed by their holder only and read by anyone: a
 * registry is read by many and written by few. Permission to delete a node is its parent's to give,
 * so a service's node carries the same list; the nodes above it let anyone add a service, and
 * nobody else take one away. Without credentials everything is open, as ZooKeeper's default is.
 */
final class ZooKeeperSettings {
  /** The option for the largest answer accepted, in bytes. */
  static final String MAX_BUFFER = "max-buffer";

  /**
   * The longest value written; over 1 MiB - 1 for a whole request ZooKeeper drops the connection.
   */
  static final int LARGEST_VALUE = 1_000_000;

  /** What a registry writes at most. */
  static final int LARGEST_RECORD = 16 * 1024;

  private static final int LEAST_SERVERS = 3;
  private static final String SASL = ZKClientConfig.ENABLE_CLIENT_SASL_KEY;
  private static final String LOGIN = Environment.JAAS_CONF_KEY;
  private static final String DEFAULT_SERVER = "127.0.0.1:2181";
  private static final Pattern SERVER =
      Pattern.compile("(?:[^:/\\[\\]\\s,]+|\\[[0-9A-Fa-f:.%]+])(?::(\\d{1,5}))?(/.*)?");
  // What a server holds at most, by default: 1 MiB for a whole request.
  private static final int LARGEST_NODE = 1 << 20;
  private static final int LARGEST_BATCH = 128;
  // Beside a batch of the largest nodes there must be room for what goes with each of them.
  private static final int DEFAULT_BUFFER = LARGEST_BATCH * (LARGEST_NODE + 1024);
  // How long closing a session may take before the server is left to find out for itself.
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);
  private static final List<ACL> OWNED =
      List.of(new ACL(Perms.ALL, Ids.AUTH_IDS), new ACL(Perms.READ, Ids.ANYONE_ID_UNSAFE));
  private static final List<ACL> SHARED =
      List.of(
          new ACL(Perms.ALL, Ids.AUTH_IDS),
          new ACL(Perms.READ | Perms.CREATE, Ids.ANYONE_ID_UNSAFE));

  private final RegistryConfig config;
  private final String servers;
  private final String chroot;
  private final int maxBuffer;
  private final Optional<byte[]> digest;
  private final ZooKeeperTls tls;

  /**
   * Checks the configuration.
   *
   * @throws IllegalArgumentException naming key, value and what was expected
   */
  ZooKeeperSettings(RegistryConfig config) {
    this.config = config;
    List<String> endpoints =
        config.endpoints().isEmpty() ? List.of(DEFAULT_SERVER) : config.endpoints();
    for (String endpoint : endpoints.subList(0, endpoints.size() - 1)) {
      checkServer(endpoint, false);
    }
    this.chroot = checkServer(endpoints.get(endpoints.size() - 1), true);
    String all = String.join(",", endpoints);
    this.servers = all.substring(0, all.length() - chroot.length());
    this.maxBuffer = config.option(MAX_BUFFER).map(ZooKeeperSettings::bytes).orElse(DEFAULT_BUFFER);
    this.digest = digest(config);
    this.tls = new ZooKeeperTls(config);
  }

  RegistryConfig config() {
    return config;
  }

  /** Returns the servers as {@code host:port,host:port}. */
  String servers() {
    return servers;
  }

  /**
   * Returns the servers as the client is given them, so often that there are three at least. It
   * waits for the answer of one for the time to live of the session divided by their number; and
   * one that is just starting may take a connection and forget it, for which a client of a single
   * server would wait longer than a view may take to come back.
   */
  String connectString() {
    int count = servers.split(",").length;
    return String.join(",", Collections.nCopies((LEAST_SERVERS - 1 + count) / count, servers));
  }

  /** Returns the path behind the servers, or the empty string. */
  String chroot() {
    return chroot;
  }

  /**
   * Returns how many nodes to read with one request, so that the answer fits into a buffer whatever
   * they hold.
   */
  static int batch(int buffer) {
    return Math.max(1, Math.min(LARGEST_BATCH, buffer / LARGEST_NODE));
  }

  /**
   * As above for the buffer of a lent client, which is none of ours and small unless its owner has
   * seen to it: what fits into half of it are records as large as any that we write.
   */
  static int lentBatch(int buffer) {
    int records = buffer / 2 / LARGEST_RECORD;
    return Math.max(batch(buffer), Math.min(LARGEST_BATCH, records));
  }

  /** Returns who may do what with a record, or with the node of a service. */
  List<ACL> ownedAcl() {
    return digest.isPresent() ? OWNED : Ids.OPEN_ACL_UNSAFE;
  }

  /** Returns who may do what with the nodes above those of services. */
  List<ACL> sharedAcl() {
    return digest.isPresent() ? SHARED : Ids.OPEN_ACL_UNSAFE;
  }

  /**
   * Makes a client that is not started: connection, authentication and a new handle after a lost
   * session are Curator's; nothing else is.
   */
  CuratorFramework newClient(Duration ttl, ThreadFactory threads) {
    int session = (int) Math.min(Integer.MAX_VALUE, ttl.toMillis());
    int patience = Math.toIntExact(Math.min(session, config.requestTimeout().toMillis()));
    CuratorFrameworkFactory.Builder builder =
        CuratorFrameworkFactory.builder()
            .connectString(connectString())
            .sessionTimeoutMs(session)
            .connectionTimeoutMs(patience)
            .waitForShutdownTimeoutMs(500)
            .maxCloseWaitMs(500)
            .retryPolicy((count, elapsed, sleeper) -> false)
            .ensembleTracker(false)
            .threadFactory(threads)
            .runSafeService(Runnable::run)
            .zkClientConfig(clientConfig());
    digest.ifPresent(auth -> builder.authorization("digest", auth));
    return builder.build();
  }

  private ZKClientConfig clientConfig() {
    boolean sasl = System.getProperty(LOGIN) != null || System.getProperty(SASL) != null;
    boolean secure = tls.isOn() || Boolean.getBoolean(ZKClientConfig.SECURE_CLIENT);
    ZKClientConfig client = sasl || secure ? new ZKClientConfig() : new ZooKeeperPlainConfig();
    client.setProperty(ZKConfig.JUTE_MAXBUFFER, Integer.toString(maxBuffer));
    // Bounds the one call that blocks: closing the session.
    client.setProperty(
        ZKClientConfig.ZOOKEEPER_REQUEST_TIMEOUT, Long.toString(CLOSE_LIMIT.toMillis()));
    if (!sasl) {
      // It looks up the names of addresses before it finds that there is nothing to do. That takes
      // time, and TLS would then verify a name that DNS supplied instead of the configured address.
      client.setProperty(SASL, "false");
    }
    tls.applyTo(client);
    return client;
  }

  /** Deletes what was written to disk for the clients. */
  void close() {
    tls.close();
  }

  private static String checkServer(String endpoint, boolean last) {
    Matcher form = SERVER.matcher(endpoint);
    boolean fits = form.matches() && (last || form.group(2) == null);
    if (fits && form.group(1) != null) {
      int port = Integer.parseInt(form.group(1));
      fits = port >= 1 && port <= 65_535;
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "endpoints: '"
              + endpoint
              + "' (expected: host:port for ZooKeeper, without a scheme; a chroot may follow the"
              + " last one, as in h1:2181,h2:2181/path)");
    }
    return form.group(2) == null ? "" : form.group(2);
  }

  private static Integer bytes(String text) {
    if (!text.matches("\\d{1,10}")
        || Long.parseLong(text) < LARGEST_NODE
        || Long.parseLong(text) > 1 << 30) {
      throw new IllegalArgumentException(
          "zookeeper." + MAX_BUFFER + ": '" + text + "' (expected: 1048576..1073741824 bytes)");
    }
    return Integer.valueOf(text);
  }

  private static Optional<byte[]> digest(RegistryConfig config) {
    if (config.user().isEmpty() && config.password().isEmpty()) {
      return Optional.empty();
    }
    String user = config.user().orElse("");
    if (user.isEmpty() || user.indexOf(':') >= 0 || config.password().isEmpty()) {
      throw new IllegalArgumentException(
          "user: '" + user + "' (expected: a name without ':', together with a password)");
    }
    return Optional.of((user + ":" + config.password().get()).getBytes(UTF_8));
  }
}

package io.discovery.tck;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A single ZooKeeper server as a child JVM, see {@link ServerProcess}. It runs from this JVM's
 * class path, which therefore holds {@code org.apache.zookeeper:zookeeper} and what its server
 * needs, {@code io.dropwizard.metrics:metrics-core} and {@code org.xerial.snappy:snappy-java}; this
 * module depends on none of them.
 *
 * <p>A tick is 500 ms, so sessions of 1 s to 60 s are granted. Every four-letter word is answered.
 */
public final class ZooKeeperServer extends ServerProcess {
  /** A setting that no configuration file has: a member of an ensemble finds it in its data. */
  static final String ID = "myid";

  private static final String MAIN = "org.apache.zookeeper.server.ZooKeeperServerMain";
  private static final String MEMBER = "org.apache.zookeeper.server.quorum.QuorumPeerMain";
  // ZooKeeper's clients do without the last two and do not bring them; its server does not.
  private static final Map<String, String> NEEDED =
      Map.of(
          MAIN,
          "org.apache.zookeeper:zookeeper",
          "com.codahale.metrics.Reservoir",
          "io.dropwizard.metrics:metrics-core",
          "org.xerial.snappy.SnappyInputStream",
          "org.xerial.snappy:snappy-java");
  private static final int READ_MILLIS = 1_000;

  private final Map<String, String> settings;
  private final List<String> options;

  /**
   * Chooses port and directory; starts nothing.
   *
   * @param settings further lines of its configuration
   * @param options further options of its JVM
   */
  ZooKeeperServer(Map<String, String> settings, List<String> options) {
    super("zookeeper");
    this.settings = settings;
    this.options = List.copyOf(options);
  }

  /** Starts a ZooKeeper server and waits until it answers. */
  public static ZooKeeperServer launch() {
    return launch(Map.of());
  }

  /**
   * Starts a ZooKeeper server and waits until it answers.
   *
   * @param settings further lines of its configuration, such as {@code tickTime} to {@code 1000}
   * @param options further options of its JVM, such as {@code -Xmx1g}; of two equal ones the JVM
   *     takes the latter
   * @throws IllegalStateException if ZooKeeper is not on the class path, or does not start
   */
  public static ZooKeeperServer launch(Map<String, String> settings, String... options) {
    NEEDED.forEach(ZooKeeperServer::requireOnClassPath);
    ZooKeeperServer server = new ZooKeeperServer(new TreeMap<>(settings), List.of(options));
    try {
      server.start();
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  @Override
  protected void prepare() throws IOException {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("clientPortAddress", "127.0.0.1");
    all.put("clientPort", Integer.toString(port()));
    all.put("dataDir", data().toString());
    all.put("tickTime", "500");
    all.put("maxSessionTimeout", "60000");
    all.put("maxClientCnxns", "0");
    all.put("admin.enableServer", "false");
    all.put("4lw.commands.whitelist", "*");
    all.putAll(settings);
    String id = all.remove(ID);
    if (id != null) {
      Files.writeString(data().resolve(ID), id);
    }
    List<String> lines = new ArrayList<>();
    all.forEach((key, value) -> lines.add(key + "=" + value));
    Files.write(home().resolve("zoo.cfg"), lines);
  }

  @Override
  protected List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    command.add("-XX:+UseSerialGC");
    command.add("-XX:TieredStopAtLevel=1");
    // A crash of the process loses nothing that the operating system has; only power would.
    command.add("-Dzookeeper.forceSync=no");
    command.add("-Dzookeeper.jmx.log4j.disable=true");
    command.addAll(options);
    command.addAll(List.of("-cp", classPath(), settings.containsKey(ID) ? MEMBER : MAIN));
    command.add(home().resolve("zoo.cfg").toString());
    return command;
  }

  /** Opens a session, reads the root and closes the session, in ZooKeeper's own protocol. */
  @Override
  protected boolean answers() throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(Ports.loopback(port()), READ_MILLIS);
      socket.setSoTimeout(READ_MILLIS);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      DataInputStream in = new DataInputStream(socket.getInputStream());
      out.writeInt(45); // ConnectRequest: version, last zxid, timeout, session, password, read-only
      out.writeInt(0);
      out.writeLong(0);
      out.writeInt(4_000);
      out.writeLong(0);
      out.writeInt(16);
      out.write(new byte[16]);
      out.writeBoolean(false);
      in.readNBytes(in.readInt());
      out.writeInt(14); // exists: xid, type 3, path, watch
      out.writeInt(1);
      out.writeInt(3);
      out.writeInt(1);
      out.writeByte('/');
      out.writeBoolean(false);
      in.readInt();
      in.readInt(); // xid
      in.readLong(); // zxid
      boolean found = in.readInt() == 0;
      out.writeInt(8); // closeSession: xid, type -11
      out.writeInt(2);
      out.writeInt(-11);
      return found;
    }
  }

  private static void requireOnClassPath(String className, String artifact) {
    try {
      Class.forName(className, false, Thread.currentThread().getContextClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(
          "a ZooKeeper server needs " + artifact + " on the class path: no " + className, e);
    }
  }

  /** Returns the class path of this JVM, for children that run from it. */
  static String classPath() {
    Set<String> entries = new LinkedHashSet<>();
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    for (; loader != null; loader = loader.getParent()) {
      if (loader instanceof URLClassLoader urls) { // a program run inside Maven, for instance
        for (URL url : urls.getURLs()) {
          entries.add(file(url));
        }
      }
    }
    entries.addAll(List.of(System.getProperty("java.class.path").split(File.pathSeparator)));
    return String.join(File.pathSeparator, entries);
  }

  private static String file(URL url) {
    try {
      return Path.of(url.toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("class path: '" + url + "' (expected: a file)", e);
    }
  }
}

package io.discovery.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonParser;
import io.discovery.tck.EtcdServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** The versions of what is compared. */
final class Software {
  private Software() {}

  /** Returns those that Maven knows, by name; ZooKeeper's server is in the jar of its client. */
  static Map<String, String> libraries() throws IOException {
    Properties versions = new Properties();
    try (InputStream in = Software.class.getResourceAsStream("versions.properties")) {
      versions.load(in);
    }
    Map<String, String> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    versions.stringPropertyNames().forEach(name -> byName.put(name, versions.getProperty(name)));
    return byName;
  }

  /** Starts an etcd as the jobs do, and asks it. */
  static String etcd() throws IOException {
    try (EtcdServer server = EtcdServer.launch();
        InputStream in = URI.create(server.url() + "/version").toURL().openStream()) {
      String answer = new String(in.readAllBytes(), UTF_8);
      return JsonParser.parseString(answer).getAsJsonObject().get("etcdserver").getAsString();
    }
  }
}

package io.discovery.zookeeper;

import org.apache.zookeeper.client.ZKClientConfig;

/**
 * ZooKeeper's settings for a client without TLS and SASL, from the same system properties as its
 * own. That one loads TLS even so, with all certificates that the JVM trusts: in a JVM that has
 * just started, a quarter of the time to the first view.
 */
final class ZooKeeperPlainConfig extends ZKClientConfig {
  private static final String PREFIX = "zookeeper.";

  /** Called on construction, to read the system properties. */
  @Override
  protected void handleBackwardCompatibility() {
    for (String name : System.getProperties().stringPropertyNames()) {
      if (name.startsWith(PREFIX)) {
        setProperty(name, System.getProperty(name));
      }
    }
  }
}

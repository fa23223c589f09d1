package io.discovery.zookeeper;

import io.discovery.RegistryConfig;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Optional;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ClientX509Util;
import org.apache.zookeeper.util.PemReader;

/**
 * TLS for ZooKeeper's client, which reads files itself, at every connect. It wants a client's chain
 * and key in one file; two files are joined in a temporary one that only this user can read, until
 * {@link #close}. Checked on creation. Chain and host name are verified (rule 7.3): ZooKeeper's
 * default, left alone.
 */
final class ZooKeeperTls {
  private static final String PEM = "PEM";

  private final boolean on;
  private final Optional<Path> trusted;
  private final Optional<Path> identity;
  private final boolean joined;

  /**
   * Reads and checks the files.
   *
   * @throws IllegalArgumentException if one is not what it should be
   */
  ZooKeeperTls(RegistryConfig config) {
    this.on = config.tls();
    this.trusted = config.tlsCa();
    trusted.ifPresent(file -> checkCertificates("tls.ca", file));
    if (config.tlsCert().isPresent() != config.tlsKey().isPresent()) {
      throw new IllegalArgumentException(
          (config.tlsCert().isPresent() ? "tls.key" : "tls.cert")
              + ": '' (expected: tls.cert and tls.key together, or neither)");
    }
    config.tlsCert().ifPresent(file -> checkCertificates("tls.cert", file));
    config.tlsKey().ifPresent(ZooKeeperTls::checkKey);
    this.joined = config.tlsCert().isPresent() && !config.tlsCert().equals(config.tlsKey());
    this.identity =
        joined
            ? Optional.of(join(config.tlsCert().get(), config.tlsKey().get()))
            : config.tlsCert();
  }

  boolean isOn() {
    return on;
  }

  void applyTo(ZKClientConfig client) {
    if (!on) {
      return;
    }
    client.setProperty(ZKClientConfig.SECURE_CLIENT, "true");
    client.setProperty(
        ZKClientConfig.ZOOKEEPER_CLIENT_CNXN_SOCKET, "org.apache.zookeeper.ClientCnxnSocketNetty");
    try (ClientX509Util keys = new ClientX509Util()) {
      // ZooKeeper's own default is one version alone, the newest, which older servers lack.
      if (client.getProperty(keys.getSslEnabledProtocolsProperty()) == null) {
        client.setProperty(keys.getSslEnabledProtocolsProperty(), "TLSv1.3,TLSv1.2");
      }
      trusted.ifPresent(
          file -> {
            client.setProperty(keys.getSslTruststoreLocationProperty(), file.toString());
            client.setProperty(keys.getSslTruststoreTypeProperty(), PEM);
          });
      identity.ifPresent(
          file -> {
            client.setProperty(keys.getSslKeystoreLocationProperty(), file.toString());
            client.setProperty(keys.getSslKeystoreTypeProperty(), PEM);
          });
    }
  }

  void close() {
    if (joined) {
      try {
        Files.deleteIfExists(identity.orElseThrow());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static Path join(Path certificates, Path key) {
    try {
      Path both = Files.createTempFile("discovery-zookeeper-", ".pem");
      File file = both.toFile();
      file.deleteOnExit();
      Files.writeString(
          both, Files.readString(certificates) + System.lineSeparator() + Files.readString(key));
      return both;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void checkCertificates(String key, Path file) {
    try {
      if (!PemReader.readCertificateChain(file.toFile()).isEmpty()) {
        return;
      }
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw refused(key, file, "a PEM file with certificates", e);
    }
    throw refused(key, file, "a PEM file with certificates", null);
  }

  private static void checkKey(Path file) {
    try {
      PemReader.loadPrivateKey(file.toFile(), Optional.empty());
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw refused("tls.key", file, "a PEM file with an unencrypted PKCS#8 private key", e);
    }
  }

  private static IllegalArgumentException refused(
      String key, Path file, String expected, Exception cause) {
    return new IllegalArgumentException(
        key + ": '" + file + "' (expected: " + expected + ")", cause);
  }
}

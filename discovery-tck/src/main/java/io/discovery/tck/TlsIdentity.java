package io.discovery.tck;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A self-signed certificate with its key, made by the JDK's keytool, as PEM files and key store.
 */
public final class TlsIdentity {
  static final char[] PASSWORD = "changeit".toCharArray();
  private static final Base64.Encoder PEM = Base64.getMimeEncoder(64, new byte[] {'\n'});

  private final KeyStore store;
  private final Path certificate;
  private final Path key;

  /**
   * Makes an identity that is good for two days.
   *
   * @param directory where its files are put
   * @param name of these files, and of the subject
   * @param names subject alternative names as keytool writes them, such as {@code ip:127.0.0.1}
   */
  public TlsIdentity(Path directory, String name, String names)
      throws GeneralSecurityException, IOException {
    Path file = directory.resolve(name + ".p12");
    keytool(file, "CN=" + name, "san=" + names);
    store = KeyStore.getInstance(file.toFile(), PASSWORD);
    certificate =
        write(
            directory.resolve(name + ".pem"),
            "CERTIFICATE",
            store.getCertificate("it").getEncoded());
    key =
        write(
            directory.resolve(name + ".key"),
            "PRIVATE KEY",
            store.getKey("it", PASSWORD).getEncoded());
  }

  /** Returns the certificate as a PEM file. */
  public Path certificate() {
    return certificate;
  }

  /** Returns the private key as a PEM file, PKCS#8. */
  public Path key() {
    return key;
  }

  KeyStore store() {
    return store;
  }

  /** A store that trusts this certificate and no other. */
  KeyStore trustStore() throws GeneralSecurityException, IOException {
    KeyStore trusting = KeyStore.getInstance(KeyStore.getDefaultType());
    trusting.load(null, null);
    trusting.setCertificateEntry("it", store.getCertificate("it"));
    return trusting;
  }

  private static void keytool(Path file, String subject, String names) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "it",
                "-keyalg",
                "EC",
                "-dname",
                subject,
                "-ext",
                names,
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD))
            .redirectErrorStream(true)
            .redirectOutput(file.resolveSibling("keytool.log").toFile())
            .start();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IllegalStateException(
            "keytool failed: " + Files.readString(file.resolveSibling("keytool.log")));
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while keytool ran", e);
    }
  }

  private static Path write(Path file, String type, byte[] content) throws IOException {
    String body = PEM.encodeToString(content);
    return Files.write(
        file,
        List.of("-----BEGIN " + type + "-----", body, "-----END " + type + "-----"),
        US_ASCII);
  }
}

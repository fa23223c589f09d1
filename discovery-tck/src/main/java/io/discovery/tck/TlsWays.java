package io.discovery.tck;

import io.discovery.RegistryConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** {@link Tls} by two {@link TlsFront fronts}: one with the right name, one with another's. */
record TlsWays(
    Path directory,
    RegistryConfig config,
    TlsIdentity own,
    TlsIdentity other,
    TlsFront good,
    TlsFront bad)
    implements Tls {
  static TlsWays open(int port, RegistryConfig config) {
    try {
      Path directory = Files.createTempDirectory("discovery-tls-");
      TlsIdentity own = new TlsIdentity(directory, "own", "ip:127.0.0.1");
      TlsIdentity other = new TlsIdentity(directory, "other", "dns:elsewhere.example");
      return new TlsWays(
          directory, config, own, other, new TlsFront(port, own), new TlsFront(port, other));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("no TLS in front of port " + port, e);
    }
  }

  @Override
  public RegistryConfig trusted() {
    return way(good, own);
  }

  @Override
  public RegistryConfig stranger() {
    return way(good, other);
  }

  @Override
  public RegistryConfig misnamed() {
    return way(bad, other);
  }

  @Override
  public RegistryConfig plaintext() {
    return config.with("tls.ca", own.certificate().toString());
  }

  private RegistryConfig way(TlsFront front, TlsIdentity trusted) {
    return config
        .withEndpoints("127.0.0.1:" + front.port())
        .with("tls.ca", trusted.certificate().toString());
  }

  @Override
  public void close() {
    try {
      for (TlsFront front : List.of(good, bad)) {
        front.close();
      }
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

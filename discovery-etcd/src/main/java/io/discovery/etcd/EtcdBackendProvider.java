package io.discovery.etcd;

import io.discovery.RegistryConfig;
import io.discovery.spi.Backend;
import io.discovery.spi.BackendContext;
import io.discovery.spi.BackendProvider;
import io.etcd.jetcd.Client;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The backend {@code etcd}, for etcd 3.4 and newer. Chosen by {@code -Ddiscovery.backend=etcd}, or
 * by being the only one on the class path; or given to {@code Registries.open} with a client that
 * the caller has and keeps.
 *
 * <p>Endpoints are {@code host:port} or {@code https://host:port}; none means 127.0.0.1:2379. Keys
 * are {@code <namespace>/<service>/<id>}. A time to live is rounded up to whole seconds, and etcd
 * grants no less than about two. One option: {@code etcd.page-size}, the most records to read at a
 * time (50000); a list begins with 10000 at most and goes on at the pace of the store.
 */
public final class EtcdBackendProvider implements BackendProvider {
  private static final String PAGE_SIZE = "page-size";
  private static final int DEFAULT_PAGE = 50_000;

  private final Optional<Client> client;

  /** Makes clients as the configuration says, and closes them. */
  public EtcdBackendProvider() {
    this.client = Optional.empty();
  }

  /**
   * Uses the caller's client and never closes it (rule 5.5). Endpoints, credentials and TLS of the
   * configuration are then unused, and a client that no longer finds its way back to a healthy
   * store is not replaced. Its keepalives should be on; {@code keepaliveWithoutCalls} should be
   * off.
   */
  public EtcdBackendProvider(Client client) {
    this.client = Optional.of(Objects.requireNonNull(client, "client"));
  }

  @Override
  public String name() {
    return "etcd";
  }

  @Override
  public String format() {
    return "etcd-naming";
  }

  @Override
  public Set<String> options() {
    return Set.of(PAGE_SIZE);
  }

  @Override
  public Backend connect(RegistryConfig config, BackendContext context) {
    EtcdClients clients = client.map(EtcdClients::lent).orElseGet(() -> EtcdClients.made(config));
    int pageSize = config.option(PAGE_SIZE).map(EtcdBackendProvider::parse).orElse(DEFAULT_PAGE);
    return new EtcdBackend(clients, config, context, pageSize);
  }

  private static int parse(String text) {
    if (!text.matches("[1-9]\\d{0,5}")) {
      throw new IllegalArgumentException(
          "etcd.page-size: '" + EtcdFailures.escape(text) + "' (expected: 1..999999)");
    }
    return Integer.parseInt(text);
  }
}

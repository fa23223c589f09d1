package io.discovery.proof;

import io.discovery.RegistryConfig;
import io.discovery.etcd.Etcd;
import io.discovery.tck.Auth;
import io.discovery.tck.Bounds;
import io.discovery.tck.Census;
import io.discovery.tck.ClusterQuorum;
import io.discovery.tck.Compaction;
import io.discovery.tck.EtcdServer;
import io.discovery.tck.Expiry;
import io.discovery.tck.Fixture;
import io.discovery.tck.Link;
import io.discovery.tck.Quorum;
import io.discovery.tck.Server;
import io.discovery.tck.ServerCluster;
import io.discovery.tck.Store;
import io.discovery.tck.TcpProxy;
import io.discovery.tck.Tls;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** A real etcd under the kit. */
final class EtcdFixture implements Fixture {
  private final EtcdServer server = EtcdServer.launch();
  private final Etcd etcd = new Etcd(server);
  private final ClusterQuorum quorum = new ClusterQuorum(ServerCluster::etcd, config());
  private EtcdOperator operator; // null until asked for, as the next
  private Tls tls;

  @Override
  public RegistryConfig config() {
    return RegistryConfig.defaults().withBackend("etcd").withEndpoints(server.endpoint());
  }

  @Override
  public Bounds bounds() {
    return Bounds.usual(Duration.ofSeconds(2), Duration.ofSeconds(2));
  }

  @Override
  public Optional<Store> store() {
    return Optional.of(etcd);
  }

  @Override
  public Optional<Server> server() {
    return Optional.of(server);
  }

  @Override
  public Optional<Link> openLink() {
    TcpProxy proxy = new TcpProxy(server.port());
    return Optional.of(Link.through(proxy, config().withEndpoints(proxy.endpoint())));
  }

  @Override
  public Optional<Expiry> expiry() {
    return Optional.of(etcd);
  }

  @Override
  public Optional<Census> census() {
    return Optional.of(
        new Census(
            etcd.connections(), OptionalLong.of(etcd.leases()), OptionalLong.of(etcd.watches())));
  }

  @Override
  public Optional<Compaction> compaction() {
    return Optional.of(etcd::compact);
  }

  @Override
  public Optional<Auth> auth() {
    if (operator == null) {
      operator = new EtcdOperator();
    }
    return Optional.of(operator);
  }

  @Override
  public Optional<Tls> tls() {
    if (tls == null) {
      tls = Tls.inFrontOf(server.port(), config());
    }
    return Optional.of(tls);
  }

  @Override
  public Optional<Quorum> quorum() {
    return Optional.of(quorum);
  }

  @Override
  public void close() {
    quorum.close();
    if (tls != null) {
      tls.close();
    }
    if (operator != null) {
      operator.close();
    }
    etcd.close();
    server.close();
  }
}

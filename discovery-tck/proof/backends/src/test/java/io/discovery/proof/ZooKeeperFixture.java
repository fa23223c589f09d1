package io.discovery.proof;

import io.discovery.RegistryConfig;
import io.discovery.tck.Auth;
import io.discovery.tck.Await;
import io.discovery.tck.Bounds;
import io.discovery.tck.Census;
import io.discovery.tck.ClusterQuorum;
import io.discovery.tck.Compaction;
import io.discovery.tck.Expiry;
import io.discovery.tck.Fixture;
import io.discovery.tck.Link;
import io.discovery.tck.Quorum;
import io.discovery.tck.Server;
import io.discovery.tck.ServerCluster;
import io.discovery.tck.Store;
import io.discovery.tck.TcpProxy;
import io.discovery.tck.Tls;
import io.discovery.tck.ZooKeeperServer;
import io.discovery.zookeeper.RawClient;
import io.discovery.zookeeper.ServerStatus;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.zookeeper.data.Stat;

/** A real ZooKeeper server and an operator's client on it. */
final class ZooKeeperFixture implements Fixture, Store, Expiry {
  private static final Duration TTL = Duration.ofSeconds(4);
  // A server looks for dead sessions once a tick, and rounds up to the next.
  private static final Duration SLACK = Duration.ofSeconds(2);

  private final ZooKeeperServer server = ZooKeeperServer.launch();
  private final ZooKeeperOperator operator = new ZooKeeperOperator(server.endpoint(), config());
  private final ClusterQuorum quorum = new ClusterQuorum(ServerCluster::zooKeeper, config());
  private Tls tls; // null until asked for

  @Override
  public RegistryConfig config() {
    return RegistryConfig.defaults().withBackend("zookeeper").withEndpoints(server.endpoint());
  }

  @Override
  public Bounds bounds() {
    return Bounds.usual(TTL, SLACK);
  }

  @Override
  public Optional<Store> store() {
    return Optional.of(this);
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
    return Optional.of(this);
  }

  @Override
  public Optional<Census> census() {
    ServerStatus status = ServerStatus.of(server.port());
    return Optional.of(
        new Census(
            OptionalLong.of(status.number("zk_num_alive_connections")),
            OptionalLong.of(status.number("zk_global_sessions")),
            OptionalLong.of(status.number("zk_watch_count"))));
  }

  @Override
  public void put(String namespace, String service, String id, byte[] value) {
    RawClient.with(
        server.endpoint(),
        client -> {
          client.put(path(namespace, service, id), value);
          return true;
        });
  }

  @Override
  public void delete(String namespace, String service, String id) {
    RawClient.with(
        server.endpoint(),
        client -> {
          client.delete(path(namespace, service, id));
          return true;
        });
  }

  @Override
  public Map<String, byte[]> read(String namespace, String service) {
    return RawClient.with(
        server.endpoint(),
        client -> {
          Map<String, byte[]> records = new HashMap<>();
          for (String id : client.children(path(namespace, service, ""))) {
            client.data(path(namespace, service, id)).ifPresent(value -> records.put(id, value));
          }
          return records;
        });
  }

  @Override
  public void expire(String namespace, String service, String id) {
    RawClient.with(
        server.endpoint(),
        client -> {
          String path = path(namespace, service, id);
          Stat before = client.stat(path).orElseThrow();
          RawClient.endSession(server.endpoint(), before.getEphemeralOwner());
          Await.until(
              "the node of the ended session is gone",
              TTL,
              () -> client.stat(path).map(Stat::getCzxid).orElse(0L) != before.getCzxid());
          return true;
        });
  }

  /** There is no past that a watch could be resumed from. */
  @Override
  public Optional<Compaction> compaction() {
    return Optional.of(() -> {});
  }

  @Override
  public Optional<Auth> auth() {
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
    server.close();
  }

  private static String path(String namespace, String service, String id) {
    String path = "/" + namespace.replaceAll("^/+", "") + "/" + service;
    return id.isEmpty() ? path : path + "/" + id;
  }
}

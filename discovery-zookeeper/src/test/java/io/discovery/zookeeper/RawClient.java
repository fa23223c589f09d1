package io.discovery.zookeeper;

import io.discovery.tck.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Stat;

/**
 * ZooKeeper as its own client sees it, sharing nothing with the library: an operator's hands. For
 * the test's thread; what ZooKeeper refuses fails as {@link AssertionError}.
 */
public final class RawClient implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final ZooKeeper zk;

  /** A call of the blocking client. */
  public interface Call<T> {
    T on(ZooKeeper zk) throws KeeperException, InterruptedException;
  }

  private RawClient(ZooKeeper zk) {
    this.zk = zk;
    // Not alive: of a session that has ended already.
    Await.until(
        "a raw client is connected",
        PATIENCE,
        () -> zk.getState().isConnected() || !zk.getState().isAlive());
  }

  public static RawClient connect(String endpoint) {
    return open(() -> new ZooKeeper(endpoint, 20_000, event -> {}));
  }

  private interface Opening {
    ZooKeeper open() throws IOException;
  }

  private static RawClient open(Opening opening) {
    try {
      return new RawClient(opening.open());
    } catch (IOException e) {
      throw new AssertionError("no raw client", e);
    }
  }

  /** Ends another client's session as its death does: by taking it over and closing it. */
  public static void endSession(String endpoint, long session) {
    // A server derives the password from the id and a constant, and knows it again by that.
    byte[] password = new byte[16];
    new Random(session ^ 0xB3415C00L).nextBytes(password);
    open(() -> new ZooKeeper(endpoint, 20_000, event -> {}, session, password)).close();
  }

  public RawClient as(String user, String password) {
    zk.addAuthInfo("digest", (user + ":" + password).getBytes(StandardCharsets.UTF_8));
    return this;
  }

  public <T> T call(Call<T> call) {
    try {
      return call.on(zk);
    } catch (KeeperException e) {
      throw new AssertionError("ZooKeeper refused", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  public Code refusal(Call<?> call) {
    try {
      call.on(zk);
      return Code.OK;
    } catch (KeeperException e) {
      return e.code();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Creates or overwrites a persistent node and what is missing above it. */
  public void put(String path, byte[] value) {
    put(path, value, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
  }

  public void put(String path, byte[] value, List<ACL> acl, CreateMode mode) {
    for (int at = path.indexOf('/', 1); at > 0; at = path.indexOf('/', at + 1)) {
      String parent = path.substring(0, at);
      if (stat(parent).isEmpty()) {
        refusal(zk -> zk.create(parent, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
      }
    }
    if (stat(path).isPresent()) {
      call(zk -> zk.setData(path, value, -1));
    } else {
      call(zk -> zk.create(path, value, acl, mode));
    }
  }

  public Optional<Stat> stat(String path) {
    return Optional.ofNullable(call(zk -> zk.exists(path, false)));
  }

  public Optional<byte[]> data(String path) {
    try {
      return Optional.of(zk.getData(path, false, null));
    } catch (KeeperException.NoNodeException e) {
      return Optional.empty();
    } catch (KeeperException | InterruptedException e) {
      throw new AssertionError("ZooKeeper refused", e);
    }
  }

  public Optional<String> text(String path) {
    return data(path).map(value -> new String(value, StandardCharsets.UTF_8));
  }

  public List<String> children(String path) {
    return stat(path).isEmpty() ? List.of() : call(zk -> zk.getChildren(path, false));
  }

  public void delete(String path) {
    if (stat(path).isPresent()) {
      Code code =
          refusal(
              zk -> {
                zk.delete(path, -1);
                return null;
              });
      if (code != Code.OK && code != Code.NONODE) {
        throw new AssertionError("delete " + path + ": " + code);
      }
    }
  }

  public void deleteAll(String path) {
    new ArrayList<>(children(path)).forEach(name -> deleteAll(path + "/" + name));
    delete(path);
  }

  public long session() {
    return zk.getSessionId();
  }

  public ZooKeeper zk() {
    return zk;
  }

  @Override
  public void close() {
    try {
      zk.close(2_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  public static <T> T with(String endpoint, Function<RawClient, T> use) {
    try (RawClient client = connect(endpoint)) {
      return use.apply(client);
    }
  }
}

package io.discovery.proof;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.discovery.RegistryConfig;
import io.discovery.tck.Auth;
import io.discovery.zookeeper.RawClient;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;

/**
 * Scheme {@code digest}: ZooKeeper knows no users, only nodes that say who may do what with them.
 * So users are kept here, and the nodes of their services say the same.
 */
final class ZooKeeperOperator implements Auth {
  private static final String OPERATOR = "operator";
  private static final String SECRET = "s3cret";

  private final String endpoint;
  private final RegistryConfig config;
  private final Map<String, String> passwords = new HashMap<>();
  private final Map<String, Map<String, Access>> granted = new HashMap<>(); // by path, then user

  ZooKeeperOperator(String endpoint, RegistryConfig config) {
    this.endpoint = endpoint;
    this.config = config;
  }

  @Override
  public RegistryConfig config() {
    return config;
  }

  @Override
  public void addUser(String user, String password) {
    passwords.put(user, password);
  }

  @Override
  public void setPassword(String user, String password) {
    passwords.put(user, password);
    granted.forEach(
        (path, users) -> {
          if (users.containsKey(user)) {
            write(path);
          }
        });
  }

  @Override
  public void grant(String user, String namespace, String service, Access access) {
    String path = "/" + namespace + "/" + service;
    granted.computeIfAbsent(path, key -> new HashMap<>()).put(user, access);
    write(path);
  }

  @Override
  public void revoke(String user, String namespace, String service) {
    String path = "/" + namespace + "/" + service;
    granted.get(path).remove(user);
    write(path);
  }

  /** Makes the node of a service say who may do what; nobody may do anything with those above. */
  private void write(String path) {
    List<ACL> acl = new ArrayList<>(List.of(acl(Perms.ALL, OPERATOR, SECRET)));
    granted
        .get(path)
        .forEach(
            (user, access) ->
                acl.add(
                    acl(
                        access == Access.READ
                            ? Perms.READ
                            : Perms.READ | Perms.WRITE | Perms.CREATE | Perms.DELETE,
                        user,
                        passwords.get(user))));
    RawClient.with(
        endpoint,
        client -> {
          client.as(OPERATOR, SECRET);
          String parent = path.substring(0, path.lastIndexOf('/'));
          if (client.stat(path).isEmpty()) {
            List<ACL> own = Arrays.asList(acl(Perms.ALL, OPERATOR, SECRET)); // asked for null
            client.put(parent, new byte[0], own, CreateMode.PERSISTENT);
            client.put(path, new byte[0], acl, CreateMode.PERSISTENT);
          }
          return client.call(zk -> zk.setACL(path, acl, -1));
        });
  }

  private static ACL acl(int permissions, String user, String password) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-1").digest((user + ":" + password).getBytes(UTF_8));
      String digest = user + ":" + Base64.getEncoder().encodeToString(hash);
      return new ACL(permissions, new Id("digest", digest));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}

package io.discovery.proof;

import io.discovery.RegistryConfig;
import io.discovery.etcd.Etcd;
import io.discovery.tck.Auth;
import io.discovery.tck.EtcdServer;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.auth.Permission;
import io.etcd.jetcd.options.OptionsUtil;

/** An etcd of its own that wants passwords, and its root. A user's role has the user's name. */
final class EtcdOperator implements Auth, AutoCloseable {
  private static final ByteSequence ROOT = Etcd.bytes("root");
  private static final ByteSequence SECRET = Etcd.bytes("s3cret");

  private final EtcdServer server = EtcdServer.launch("--auth-token=simple");
  private final Client root;

  EtcdOperator() {
    try (Client anybody = Client.builder().endpoints(server.url()).build()) {
      io.etcd.jetcd.Auth auth = anybody.getAuthClient();
      Etcd.await(auth.userAdd(ROOT, SECRET));
      Etcd.await(auth.roleAdd(ROOT));
      Etcd.await(auth.userGrantRole(ROOT, ROOT));
      Etcd.await(auth.authEnable());
    }
    root = Client.builder().endpoints(server.url()).user(ROOT).password(SECRET).build();
  }

  @Override
  public RegistryConfig config() {
    return RegistryConfig.defaults().withBackend("etcd").withEndpoints(server.endpoint());
  }

  @Override
  public void addUser(String user, String password) {
    ByteSequence name = Etcd.bytes(user);
    Etcd.await(root.getAuthClient().userAdd(name, Etcd.bytes(password)));
    Etcd.await(root.getAuthClient().roleAdd(name));
    Etcd.await(root.getAuthClient().userGrantRole(name, name));
  }

  @Override
  public void setPassword(String user, String password) {
    Etcd.await(root.getAuthClient().userChangePassword(Etcd.bytes(user), Etcd.bytes(password)));
  }

  @Override
  public void grant(String user, String namespace, String service, Access access) {
    ByteSequence prefix = prefix(namespace, service);
    // Comparing before writing is reading.
    Permission.Type type = access == Access.READ ? Permission.Type.READ : Permission.Type.READWRITE;
    Etcd.await(
        root.getAuthClient()
            .roleGrantPermission(Etcd.bytes(user), prefix, OptionsUtil.prefixEndOf(prefix), type));
  }

  @Override
  public void revoke(String user, String namespace, String service) {
    ByteSequence prefix = prefix(namespace, service);
    Etcd.await(
        root.getAuthClient()
            .roleRevokePermission(Etcd.bytes(user), prefix, OptionsUtil.prefixEndOf(prefix)));
  }

  private static ByteSequence prefix(String namespace, String service) {
    return Etcd.bytes(namespace + "/" + service + "/");
  }

  @Override
  public void close() {
    root.close();
    server.close();
  }
}

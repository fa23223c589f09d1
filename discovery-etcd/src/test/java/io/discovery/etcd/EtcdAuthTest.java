package io.discovery.etcd;

import static io.discovery.etcd.Driver.SOON;
import static io.discovery.etcd.Driver.TTL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.tck.Await;
import io.etcd.jetcd.Auth;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.auth.Permission;
import io.etcd.jetcd.options.OptionsUtil;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** User and password, on an etcd that wants them. */
class EtcdAuthTest extends EtcdTest {
  private static final ByteSequence ROOT = Etcd.bytes("root");
  private static final ByteSequence APP = Etcd.bytes("app");
  private static final ByteSequence SECRET = Etcd.bytes("s3cret");
  private Client root;

  @BeforeEach
  void demandPasswords() {
    root = Client.builder().endpoints(server.url()).user(ROOT).password(SECRET).build();
    try (Client anybody = Client.builder().endpoints(server.url()).build()) {
      Auth auth = anybody.getAuthClient();
      Etcd.await(auth.userAdd(ROOT, SECRET));
      Etcd.await(auth.roleAdd(ROOT));
      Etcd.await(auth.userGrantRole(ROOT, ROOT));
      Etcd.await(auth.userAdd(APP, SECRET));
      Etcd.await(auth.roleAdd(APP));
      Etcd.await(auth.userGrantRole(APP, APP));
      permit("s", Permission.Type.READWRITE, auth);
      permit("t", Permission.Type.READ, auth);
      Etcd.await(auth.authEnable());
    }
  }

  @AfterEach
  void demandNothing() throws Exception {
    closeDrivers();
    // A client of a restarted server has a dead token, which only a key-value call mends.
    Await.until("root is let in", SOON, () -> succeeds(root.getKVClient().get(ROOT)));
    Etcd.await(root.getAuthClient().authDisable());
    root.close();
    try (Client anybody = Client.builder().endpoints(server.url()).build()) {
      for (ByteSequence each : List.of(ROOT, APP)) {
        Etcd.await(anybody.getAuthClient().userDelete(each));
        Etcd.await(anybody.getAuthClient().roleDelete(each));
      }
    }
  }

  @Test
  void permissionOnThePrefixOfTheServiceIsEnough() {
    Driver driver = open(config().withCredentials("app", "s3cret"));
    Driver.Owned owned = driver.registered("s", "a", "1");
    View view = driver.watch("s");
    assertEquals(Map.of("a", "1"), view.records());
    Driver.await(driver.probe(view.subscription));
    owned.heal("2");
    view.awaitRecords(Map.of("a", "2"));
    assertEquals(Map.of(), driver.watch("t").records());
    hold(TTL.multipliedBy(2), () -> owned.lost.isEmpty());
    owned.release();
    view.awaitRecords(Map.of());
  }

  @Test
  void whatIsNotPermittedIsDenied() {
    Driver driver = open(config().withCredentials("app", "s3cret"));
    assertDenied(driver.begin(() -> driver.backend.list("s-eu")));
    assertDenied(driver.begin(driver.backend::services));
    assertEquals(Reason.DENIED, driver.subscribe("u").awaitEnd(SOON).reason());
    Driver.Owned owned = driver.own("t", "a");
    assertEquals(
        Reason.DENIED, assertThrows(DiscoveryException.class, () -> owned.take("1")).reason());
    owned.release();
    assertEquals(0, driver.reachable.get(), "a refusal taken for an outage");
  }

  @Test
  void aWrongPasswordIsDeniedAndNotTriedHot() {
    Driver driver = open(config().withCredentials("app", "wrong"));
    long before = etcd.authentications();
    for (int i = 0; i < 20; i++) {
      DiscoveryException denied = assertThrows(DiscoveryException.class, () -> driver.list("s"));
      assertEquals(Reason.DENIED, denied.reason());
      assertFalse(denied.toString().contains("wrong"), denied::toString);
    }
    assertTrue(etcd.authentications() - before <= 2);
  }

  @Test
  void noPasswordIsDenied() {
    Driver driver = open();
    assertDenied(driver.begin(() -> driver.backend.list("s")));
  }

  @Test
  void manyCallsAtOnceFetchOneToken() {
    Driver driver = open(config().withCredentials("app", "s3cret"));
    long before = etcd.authentications();
    AtomicInteger served = new AtomicInteger();
    CompletableFuture<?>[] lists = new CompletableFuture<?>[50];
    for (int i = 0; i < lists.length; i++) {
      lists[i] =
          driver
              .begin(() -> driver.backend.list("s"))
              .thenAccept(listing -> served.incrementAndGet());
    }
    CompletableFuture.allOf(lists).join();
    assertEquals(lists.length, served.get());
    assertEquals(1, etcd.authentications() - before);
  }

  @Test
  void aTokenThatDiedWithTheServerIsRenewed() {
    Driver driver = open(config().withCredentials("app", "s3cret"));
    Driver.Owned owned = driver.registered("s", "a", "1");
    long modRevision = modRevision();
    server.restart();
    Await.until(
        "the store answers again",
        SOON,
        () -> succeeds(driver.begin(() -> driver.backend.list("s"))));
    owned.heal("1");
    assertEquals(Map.of("a", "1"), driver.watch("s").records());
    hold(TTL.multipliedBy(2), () -> modRevision() == modRevision);
    owned.heal("2");
    assertEquals(Map.of("a", "2"), driver.watch("s").records());
  }

  @Override
  String[] flags() {
    return new String[] {"--auth-token=simple"};
  }

  private long modRevision() {
    return Etcd.await(root.getKVClient().get(Etcd.bytes(namespace + "/s/a")))
        .getKvs()
        .get(0)
        .getModRevision();
  }

  private void permit(String service, Permission.Type type, Auth auth) {
    ByteSequence prefix = Etcd.bytes(namespace + "/" + service + "/");
    Etcd.await(auth.roleGrantPermission(APP, prefix, OptionsUtil.prefixEndOf(prefix), type));
  }

  private static boolean succeeds(CompletableFuture<?> call) {
    return call.orTimeout(2, TimeUnit.SECONDS).handle((done, e) -> e == null).join();
  }

  private static void assertDenied(CompletableFuture<?> stage) {
    assertEquals(
        Reason.DENIED, assertThrows(DiscoveryException.class, () -> Driver.await(stage)).reason());
  }
}

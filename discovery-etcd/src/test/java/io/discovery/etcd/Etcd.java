package io.discovery.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.discovery.tck.Await;
import io.discovery.tck.EtcdServer;
import io.discovery.tck.Expiry;
import io.discovery.tck.Store;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;

/** etcd as an operator sees it: a jetcd client and the HTTP gateway, nothing of the backend. */
public final class Etcd implements Store, Expiry, AutoCloseable {
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final String ESTABLISHED = "01";

  private final EtcdServer server;
  private final HttpClient http = HttpClient.newHttpClient();
  private Client client;

  public Etcd(EtcdServer server) {
    this.server = server;
    this.client = connect();
  }

  @Override
  public void put(String namespace, String service, String id, byte[] value) {
    ByteSequence key = key(namespace, service, id);
    boolean done;
    do {
      // --ignore-lease, which jetcd does not have.
      Optional<KeyValue> found = get(key);
      PutOption sameLease =
          PutOption.builder().withLeaseId(found.map(KeyValue::getLease).orElse(0L)).build();
      CmpTarget<Long> seen = CmpTarget.modRevision(found.map(KeyValue::getModRevision).orElse(0L));
      done =
          call(client ->
                  client
                      .getKVClient()
                      .txn()
                      .If(new Cmp(key, Cmp.Op.EQUAL, seen))
                      .Then(Op.put(key, ByteSequence.from(value), sameLease))
                      .commit())
              .isSucceeded();
    } while (!done);
  }

  @Override
  public void delete(String namespace, String service, String id) {
    call(client -> client.getKVClient().delete(key(namespace, service, id)));
  }

  @Override
  public Map<String, byte[]> read(String namespace, String service) {
    ByteSequence prefix = key(namespace, service, "");
    Map<String, byte[]> records = new TreeMap<>();
    call(client -> client.getKVClient().get(prefix, GetOption.builder().isPrefix(true).build()))
        .getKvs()
        .forEach(
            kv -> {
              String id = kv.getKey().substring(prefix.size()).toString(UTF_8);
              if (id.indexOf('/') < 0) {
                records.put(id, kv.getValue().getBytes());
              }
            });
    return records;
  }

  @Override
  public void expire(String namespace, String service, String id) {
    KeyValue kv = record(namespace, service, id).orElseThrow();
    call(client -> client.getLeaseClient().revoke(kv.getLease()));
    Await.until(
        "the record of a revoked lease is gone",
        SOON,
        () -> record(namespace, service, id).map(KeyValue::getLease).orElse(0L) != kv.getLease());
  }

  /** Reads one record with its lease and revisions. */
  public Optional<KeyValue> record(String namespace, String service, String id) {
    return get(key(namespace, service, id));
  }

  /** Puts a key as it is, without lease. */
  public void put(String key, String value) {
    call(client -> client.getKVClient().put(bytes(key), bytes(value)));
  }

  /** Deletes every key of the store. */
  public void clear() {
    ByteSequence zero = ByteSequence.from(new byte[] {0});
    call(
        client ->
            client.getKVClient().delete(zero, DeleteOption.builder().withRange(zero).build()));
  }

  public long revision() {
    return call(client -> client.getKVClient().get(bytes("any"))).getHeader().getRevision();
  }

  public void compact() {
    call(client -> client.getKVClient().compact(revision()));
  }

  /** Returns how many leases there are. */
  public long leases() {
    String answer = post("/v3/lease/leases");
    return answer.split("\"ID\"", -1).length - 1L;
  }

  /** Returns how many passwords have been checked. */
  public long authentications() {
    return get("/metrics")
        .lines()
        .filter(line -> line.startsWith("grpc_server_started_total{"))
        .filter(line -> line.contains("\"Authenticate\""))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** Returns how many watches there are. */
  public long watches() {
    return metric("etcd_debugging_mvcc_watcher_total");
  }

  /** Returns how many connections clients have, where that can be seen. */
  public OptionalLong connections() {
    Path table = Path.of("/proc/net/tcp");
    String local = String.format(":%04X", server.port());
    try (Stream<String> lines = Files.lines(table)) {
      return OptionalLong.of(
          lines
              .map(line -> line.strip().split("\\s+"))
              .filter(row -> row[1].endsWith(local) && row[3].equals(ESTABLISHED))
              .count());
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** Returns a gauge or counter. */
  public long metric(String name) {
    return get("/metrics")
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .map(line -> (long) Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    client.close();
  }

  public static ByteSequence bytes(String text) {
    return ByteSequence.from(text, UTF_8);
  }

  public static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(SOON.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the test's own client failed", e);
    }
  }

  /** A client that has seen an outage may be useless for minutes; a new one is not. */
  private <T> T call(Function<Client, CompletableFuture<T>> operation) {
    try {
      return await(operation.apply(client));
    } catch (IllegalStateException e) {
      client.close();
      client = connect();
      return await(operation.apply(client));
    }
  }

  private Client connect() {
    return Client.builder().endpoints(server.url()).build();
  }

  private Optional<KeyValue> get(ByteSequence key) {
    return call(client -> client.getKVClient().get(key)).getKvs().stream().findFirst();
  }

  private String get(String path) {
    return send(HttpRequest.newBuilder(URI.create(server.url() + path)));
  }

  private String post(String path) {
    return send(
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .POST(HttpRequest.BodyPublishers.ofString("{}")));
  }

  private String send(HttpRequest.Builder request) {
    try {
      return http.send(request.timeout(SOON).build(), HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException e) {
      throw new IllegalStateException("the test's own request failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static ByteSequence key(String namespace, String service, String id) {
    return bytes((namespace.isEmpty() ? "" : namespace + "/") + service + "/" + id);
  }
}

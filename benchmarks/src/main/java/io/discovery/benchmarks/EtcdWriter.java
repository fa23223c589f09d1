package io.discovery.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Puts, with a lease or without. */
final class EtcdWriter implements Writer {
  private final io.etcd.jetcd.Client client;
  private final PutOption option;

  /**
   * @param client closed with this
   * @param lease 0 for none
   */
  EtcdWriter(io.etcd.jetcd.Client client, long lease) {
    this.client = client;
    this.option = PutOption.builder().withLeaseId(lease).build();
  }

  static ByteSequence prefix(String service) {
    return ByteSequence.from(Records.NAMESPACE + "/" + service + "/", UTF_8);
  }

  private static ByteSequence key(String service, int index) {
    return prefix(service).concat(ByteSequence.from(Records.id(index), UTF_8));
  }

  @Override
  public CompletableFuture<?> prepare(String service) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<?> create(String service, int index) {
    return change(service, index, 0);
  }

  @Override
  public CompletableFuture<?> create(List<Key> keys) {
    Op[] puts =
        keys.stream()
            .map(key -> Op.put(key(key.service(), key.index()), value(key.index(), 0), option))
            .toArray(Op[]::new);
    return client.getKVClient().txn().Then(puts).commit();
  }

  @Override
  public CompletableFuture<?> change(String service, int index, int version) {
    return client.getKVClient().put(key(service, index), value(index, version), option);
  }

  private static ByteSequence value(int index, int version) {
    return ByteSequence.from(Records.etcd(index, version));
  }

  @Override
  public CompletableFuture<?> delete(String service, int index) {
    return client.getKVClient().delete(key(service, index));
  }

  @Override
  public void close() {
    client.close();
  }
}

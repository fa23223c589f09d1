package io.discovery.benchmarks;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.support.CloseableClient;
import io.etcd.jetcd.support.Observers;
import io.etcd.jetcd.watch.WatchEvent;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntConsumer;

/**
 * The least code on jetcd that does the job while nothing goes wrong: one lease for all
 * registrations, one range read and a watch behind it for each service, records left undecoded.
 */
final class BareEtcdClient implements Client {
  private static final int MAX_ANSWER = 64 << 20;
  private static final long TTL_SECONDS = 10;

  private final io.etcd.jetcd.Client client;
  private CloseableClient renewal; // null before the first registration, as the next
  private long lease;
  private Writer writer;

  BareEtcdClient(String endpoint) {
    client = connect(endpoint);
  }

  static io.etcd.jetcd.Client connect(String endpoint) {
    return io.etcd.jetcd.Client.builder()
        .endpoints("http://" + endpoint)
        .maxInboundMessageSize(MAX_ANSWER)
        .keepaliveWithoutCalls(false)
        .build();
  }

  @Override
  public Handle watch(String service, IntConsumer onSize) {
    View view = new View(EtcdWriter.prefix(service), onSize);
    return Handle.of(view.first, view::close);
  }

  /** Returns this client, registering in transactions. */
  Client inBatches() throws Exception {
    return new BatchingClient(this, writer());
  }

  @Override
  public Handle register(String service, int index) throws Exception {
    CompletableFuture<?> put = writer().create(service, index);
    return Handle.of(put, () -> writer.delete(service, index).join());
  }

  /** Returns what writes with the one lease, which the first call gets. */
  private Writer writer() throws Exception {
    if (writer == null) {
      lease = client.getLeaseClient().grant(TTL_SECONDS).get().getID();
      renewal =
          client
              .getLeaseClient()
              .keepAlive(lease, Observers.<LeaseKeepAliveResponse>observer(renewed -> {}));
      writer = new EtcdWriter(client, lease);
    }
    return writer;
  }

  @Override
  public void close() {
    if (renewal != null) {
      renewal.close();
      client.getLeaseClient().revoke(lease).join();
    }
    client.close();
  }

  private final class View {
    private final Map<ByteSequence, ByteSequence> records = new ConcurrentHashMap<>();
    private final ByteSequence prefix;
    private final IntConsumer onSize;
    private final CompletableFuture<Watch.Watcher> first;

    View(ByteSequence prefix, IntConsumer onSize) {
      this.prefix = prefix;
      this.onSize = onSize;
      GetOption all = GetOption.builder().isPrefix(true).build();
      first = client.getKVClient().get(prefix, all).thenApply(this::follow);
    }

    private Watch.Watcher follow(GetResponse listed) {
      for (KeyValue record : listed.getKvs()) {
        records.put(record.getKey(), record.getValue());
      }
      onSize.accept(records.size());
      WatchOption later =
          WatchOption.builder()
              .isPrefix(true)
              .withRevision(listed.getHeader().getRevision() + 1)
              .build();
      return client
          .getWatchClient()
          .watch(prefix, later, Watch.listener(answer -> answer.getEvents().forEach(this::apply)));
    }

    private void apply(WatchEvent event) {
      KeyValue record = event.getKeyValue();
      if (event.getEventType() == WatchEvent.EventType.DELETE) {
        records.remove(record.getKey());
      } else {
        records.put(record.getKey(), record.getValue());
      }
      onSize.accept(records.size());
    }

    void close() {
      first.join().close();
    }
  }
}

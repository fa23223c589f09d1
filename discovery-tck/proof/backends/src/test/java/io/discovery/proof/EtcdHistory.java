package io.discovery.proof;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.discovery.etcd.Etcd;
import io.discovery.tck.Await;
import io.discovery.tck.History;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Every revision of an etcd that was never compacted, by a watch from the first, on a client that
 * is made for it.
 */
final class EtcdHistory implements History {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final ByteSequence END = ByteSequence.from("chaos-history-end", UTF_8);

  private final String url;

  EtcdHistory(String endpoint) {
    this.url = "http://" + endpoint;
  }

  @Override
  public List<Commit> read(String namespace) {
    List<WatchEvent> events = Collections.synchronizedList(new ArrayList<>());
    try (Client client = Client.builder().endpoints(url).build()) {
      // A commit of our own is the last: whoever has seen it has seen all.
      long end = Etcd.await(client.getKVClient().put(END, END)).getHeader().getRevision();
      WatchOption all =
          WatchOption.builder()
              .withRange(ByteSequence.from(new byte[] {0}))
              .withRevision(1)
              .build();
      Watch.Watcher watcher =
          client
              .getWatchClient()
              .watch(
                  ByteSequence.from(new byte[] {0}),
                  all,
                  response -> events.addAll(response.getEvents()));
      Await.until(
          () -> "revision " + end + " of the history; there are " + events.size() + " events",
          PATIENCE,
          () -> !events.isEmpty() && revision(events.get(events.size() - 1)) >= end);
      watcher.close();
    }
    String prefix = namespace + "/";
    return List.copyOf(events).stream().flatMap(event -> commit(event, prefix).stream()).toList();
  }

  private static long revision(WatchEvent event) {
    return event.getKeyValue().getModRevision();
  }

  private static Optional<Commit> commit(WatchEvent event, String prefix) {
    KeyValue kv = event.getKeyValue();
    String key = kv.getKey().toString(UTF_8);
    if (!key.startsWith(prefix)) {
      return Optional.empty();
    }
    String path = key.substring(prefix.length());
    int slash = path.indexOf('/');
    boolean put = event.getEventType() == WatchEvent.EventType.PUT;
    return Optional.of(
        new Commit(
            kv.getModRevision(),
            path.substring(0, slash),
            path.substring(slash + 1),
            put ? Optional.of(kv.getValue().toString(UTF_8)) : Optional.empty(),
            put ? Long.toHexString(kv.getLease()) : ""));
  }
}

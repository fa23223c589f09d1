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
 * Every revision of an etcd whose past nobody else compacts, by watches from where the last one
 * ended, on clients made for them.
 */
final class EtcdHistory implements History {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final ByteSequence ALL = ByteSequence.from(new byte[] {0});
  private static final ByteSequence END = ByteSequence.from("chaos-history-end", UTF_8);

  private final String url;
  private final List<WatchEvent> past = new ArrayList<>();

  EtcdHistory(String endpoint) {
    this.url = "http://" + endpoint;
  }

  @Override
  public List<Commit> read(String namespace) {
    try (Client client = connect()) {
      follow(client);
    }
    String prefix = namespace + "/";
    return past.stream().flatMap(event -> commit(event, prefix).stream()).toList();
  }

  @Override
  public boolean forget() {
    try (Client client = connect()) {
      Etcd.await(client.getKVClient().compact(follow(client)));
    }
    return true;
  }

  private Client connect() {
    return Client.builder().endpoints(url).build();
  }

  /** Adds what has happened since the last time; returns the last revision that is known. */
  private long follow(Client client) {
    // A commit of our own is the last: whoever has seen it has seen all.
    long end = Etcd.await(client.getKVClient().put(END, END)).getHeader().getRevision();
    long next = past.isEmpty() ? 1 : revision(past.get(past.size() - 1)) + 1;
    List<WatchEvent> events = Collections.synchronizedList(new ArrayList<>());
    WatchOption since = WatchOption.builder().withRange(ALL).withRevision(next).build();
    Watch.Watcher watcher =
        client.getWatchClient().watch(ALL, since, news -> events.addAll(news.getEvents()));
    Await.until(
        () -> "revision " + end + " of the history; there are " + events.size() + " events",
        PATIENCE,
        () -> !events.isEmpty() && revision(events.get(events.size() - 1)) >= end);
    watcher.close();
    events.stream().filter(event -> revision(event) <= end).forEach(past::add);
    return end;
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

package io.discovery.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.discovery.spi.Entry;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Where records are: {@code <namespace>/<service>/<id>}, or {@code <service>/<id>} in the empty
 * namespace; a leading slash of the namespace is part of the keys. Every prefix ends in a slash, so
 * that {@code orders} never covers {@code orders-eu}, and so that permission on the prefix is
 * enough (rules 1.2 and 7.4). Immutable.
 */
final class EtcdKeys {
  private static final char REPLACEMENT = '\uFFFD';

  private final String root;
  private final String settings;

  EtcdKeys(String namespace) {
    this.root = namespace.isEmpty() ? "" : namespace + "/";
    this.settings = namespace + ".settings/";
  }

  /** The prefix of all services; empty in the empty namespace. */
  ByteSequence root() {
    return ByteSequence.from(root, UTF_8);
  }

  /** The prefix of one service. */
  ByteSequence service(String service) {
    return ByteSequence.from(root + service + "/", UTF_8);
  }

  /** The prefix of the settings of one service. */
  ByteSequence settings(String service) {
    return ByteSequence.from(settings + service + "/", UTF_8);
  }

  ByteSequence record(String service, String id) {
    return ByteSequence.from(root + service + "/" + id, UTF_8);
  }

  /** Returns the instances below the prefix: keys with further segments are none. */
  static List<Entry> entriesBelow(ByteSequence prefix, List<KeyValue> records) {
    List<Entry> entries = new ArrayList<>(records.size());
    for (KeyValue record : records) {
      idBelow(prefix, record.getKey())
          .ifPresent(id -> entries.add(new Entry(id, record.getValue().getBytes())));
    }
    return entries;
  }

  /** Returns what follows the prefix if that is one segment, as the id of an instance is. */
  static Optional<String> idBelow(ByteSequence prefix, ByteSequence key) {
    return textAfter(prefix, key).filter(id -> !id.isEmpty() && id.indexOf('/') < 0);
  }

  /** Returns the service if the key is that of an instance: two segments below the root. */
  static Optional<String> serviceBelow(ByteSequence root, ByteSequence key) {
    return textAfter(root, key)
        .filter(path -> path.indexOf('/') > 0 && path.indexOf('/') == path.lastIndexOf('/'))
        .filter(path -> !path.endsWith("/"))
        .map(path -> path.substring(0, path.indexOf('/')));
  }

  /**
   * Keys are any bytes; one that is not UTF-8 has no name that could be reported, nor an alias. One
   * from elsewhere, which nobody asked for, has none here.
   */
  private static Optional<String> textAfter(ByteSequence prefix, ByteSequence key) {
    if (!key.startsWith(prefix)) {
      return Optional.empty();
    }
    byte[] bytes = key.getBytes();
    int from = prefix.size();
    String text = new String(bytes, from, bytes.length - from, UTF_8);
    // Stands for what is no UTF-8, unless it is there itself.
    boolean utf8 =
        text.indexOf(REPLACEMENT) < 0
            || Arrays.equals(text.getBytes(UTF_8), Arrays.copyOfRange(bytes, from, bytes.length));
    return utf8 ? Optional.of(text) : Optional.empty();
  }
}

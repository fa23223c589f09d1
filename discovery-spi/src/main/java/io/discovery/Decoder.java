package io.discovery;

import io.discovery.spi.Entry;
import java.util.ArrayList;
import java.util.List;

/**
 * Decodes the records of one service, those that are known to come before all are there. For the
 * event loop.
 */
final class Decoder {
  private final InstanceCodec codec;
  private final String service;
  private final int most;
  private List<Decoded> prepared = new ArrayList<>();

  /**
   * @param most how many records are decoded before it is known that there are no more
   */
  Decoder(InstanceCodec codec, String service, int most) {
    this.codec = codec;
    this.service = service;
    this.most = most;
  }

  /** Decodes what a listing to come will have, after the parts before. */
  void prepare(List<Entry> part) {
    if (part.size() <= most - prepared.size()) {
      prepared.addAll(Decoded.all(codec, service, part));
    }
  }

  /** There will be no such listing. */
  void forget() {
    prepared = new ArrayList<>(); // the other one stays as large as it was
  }

  /** Decodes a listing, and forgets what was prepared for it. */
  List<Decoded> decode(List<Entry> listed) {
    int ready = 0;
    while (ready < Math.min(prepared.size(), listed.size())
        && prepared.get(ready).entry().equals(listed.get(ready))) {
      ready++;
    }
    List<Decoded> all = new ArrayList<>(prepared.subList(0, ready));
    all.addAll(Decoded.all(codec, service, listed.subList(ready, listed.size())));
    forget();
    return all;
  }

  Decoded decode(Entry entry) {
    return Decoded.of(codec, service, entry);
  }
}

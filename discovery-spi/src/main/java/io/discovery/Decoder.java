package io.discovery;

import io.discovery.spi.Entry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Decodes the records of one service, those that are known to come before all are there. Where many
 * are to be decoded, which is most of what there is to do for a first view, a second thread helps.
 * For one thread.
 */
final class Decoder {
  /** From here on it is worth waking a thread. */
  private static final int MANY = 256;

  private final InstanceCodec codec;
  private final String service;
  private final int most;
  private final Executor helper;
  private List<Decoded> prepared = new ArrayList<>();

  /**
   * @param most how many records are decoded before it is known that there are no more
   * @param helper may run what it is given late or never
   */
  Decoder(InstanceCodec codec, String service, int most, Executor helper) {
    this.codec = codec;
    this.service = service;
    this.most = most;
    this.helper = helper;
  }

  /** Decodes what a listing to come will have, after the parts before. */
  void prepare(List<Entry> part) {
    if (part.size() <= most - prepared.size()) {
      prepared.addAll(all(part));
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
    all.addAll(all(listed.subList(ready, listed.size())));
    forget();
    return all;
  }

  Decoded decode(Entry entry) {
    return Decoded.of(codec, service, entry);
  }

  private List<Decoded> all(List<Entry> entries) {
    Shared shared = new Shared(entries);
    if (entries.size() >= MANY) {
      helper.execute(shared);
    }
    return shared.finish();
  }

  /**
   * What two threads decode, each taking the next few records. The one that wants them waits for
   * those that the other has begun, and for nothing else: that one may be late or never come.
   */
  private final class Shared implements Runnable {
    private static final int FEW = 64;

    private final List<Entry> entries;
    private final Decoded[] decoded;
    private final AtomicInteger next = new AtomicInteger();
    private final CountDownLatch open; // counts portions

    Shared(List<Entry> entries) {
      this.entries = entries;
      this.decoded = new Decoded[entries.size()];
      this.open = new CountDownLatch((decoded.length + FEW - 1) / FEW);
    }

    @Override
    public void run() {
      for (int from = next.getAndAdd(FEW); from < decoded.length; from = next.getAndAdd(FEW)) {
        try {
          fill(from, Math.min(from + FEW, decoded.length));
        } finally {
          open.countDown();
        }
      }
    }

    List<Decoded> finish() {
      run();
      try {
        open.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      fill(0, decoded.length); // what the other could not do
      return Arrays.asList(decoded);
    }

    private void fill(int from, int to) {
      for (int i = from; i < to; i++) {
        if (decoded[i] == null) {
          decoded[i] = decode(entries.get(i));
        }
      }
    }
  }
}

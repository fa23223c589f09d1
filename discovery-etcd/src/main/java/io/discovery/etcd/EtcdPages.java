package io.discovery.etcd;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.OptionsUtil;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Reads all keys below a prefix, page by page, all pages as of the revision of the first: one
 * atomic read, whatever its size (rules 4.1 and 4.2). A page that would be too large for a message
 * is asked for again in smaller portions, so that a few huge records hide nothing. Confined to the
 * event loop; used once.
 */
final class EtcdPages {
  private static final ByteSequence ZERO = ByteSequence.from(new byte[] {0});

  private final EtcdConnection connection;
  private final ByteSequence prefix;
  private final boolean keysOnly;
  private final EtcdDeadline deadline;
  private final EtcdPageSize size;
  private final Consumer<GetResponse> onPage;
  private final List<GetResponse> pages = new ArrayList<>();

  /**
   * All that was found.
   *
   * @param cluster its id, in hexadecimal
   * @param revision the revision as of which this is complete
   * @param pages at least one
   */
  record Result(String cluster, long revision, List<GetResponse> pages) {
    List<KeyValue> found() {
      return pages.stream().flatMap(page -> page.getKvs().stream()).toList();
    }

    GetResponse last() {
      return pages.get(pages.size() - 1);
    }
  }

  private EtcdPages(
      EtcdConnection connection,
      ByteSequence prefix,
      boolean keysOnly,
      int largest,
      Duration limit,
      Consumer<GetResponse> onPage) {
    this.connection = connection;
    this.prefix = prefix;
    this.keysOnly = keysOnly;
    this.deadline = new EtcdDeadline(connection.loop(), limit);
    this.size = new EtcdPageSize(largest);
    this.onPage = onPage;
  }

  /**
   * @param largest the most records to ask for at a time
   * @param onPage takes each page but the last, while the next is on its way
   */
  static CompletionStage<Result> read(
      EtcdConnection connection,
      ByteSequence prefix,
      boolean keysOnly,
      int largest,
      Duration limit,
      Consumer<GetResponse> onPage) {
    EtcdPages reading = new EtcdPages(connection, prefix, keysOnly, largest, limit, onPage);
    // The store's first key, where the prefix is empty.
    ByteSequence from = prefix.isEmpty() ? ZERO : prefix;
    return reading
        .page(from, 0)
        .thenCompose(
            first -> {
              Result all =
                  new Result(
                      Long.toHexString(first.getHeader().getClusterId()),
                      first.getHeader().getRevision(),
                      reading.pages);
              return reading.follow(first, all).thenApply(done -> all);
            });
  }

  private CompletionStage<Void> follow(GetResponse page, Result all) {
    if (!Long.toHexString(page.getHeader().getClusterId()).equals(all.cluster())) {
      return failed("another cluster answers than before");
    }
    pages.add(page);
    if (!page.isMore()) {
      return CompletableFuture.completedFuture(null);
    }
    if (page.getKvs().isEmpty()) {
      return failed("an empty page that promises more");
    }
    ByteSequence next = page.getKvs().get(page.getKvs().size() - 1).getKey().concat(ZERO);
    CompletionStage<GetResponse> following = page(next, all.revision());
    onPage.accept(page);
    return following.thenCompose(answer -> follow(answer, all));
  }

  private CompletionStage<Void> failed(String why) {
    return CompletableFuture.failedFuture(connection.unavailable(why));
  }

  private CompletionStage<GetResponse> page(ByteSequence from, long revision) {
    return EtcdTurns.ask(connection, deadline, limit -> page(from, revision, limit))
        .exceptionallyCompose(
            e ->
                EtcdFailures.isTooLarge(e) && size.shrink()
                    ? page(from, revision)
                    : CompletableFuture.failedFuture(e));
  }

  private CompletionStage<GetResponse> page(ByteSequence from, long revision, Duration limit) {
    GetOption option =
        GetOption.builder()
            .withRange(OptionsUtil.prefixEndOf(prefix))
            .withRevision(revision)
            .withKeysOnly(keysOnly)
            .withLimit(size.next())
            .build();
    long asked = connection.loop().nanoTime();
    return connection
        .kv(limit, kv -> kv.get(from, option))
        .thenApply(
            page -> {
              int records = page.getKvs().size();
              Duration time = Duration.ofNanos(connection.loop().nanoTime() - asked);
              // Half of what the first member gets, since a line may slow down.
              Duration aim = EtcdTurns.firstShare(connection, deadline).dividedBy(2);
              size.took(records, page.getCount() - records, time, aim);
              return page;
            });
  }
}

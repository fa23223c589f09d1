package io.discovery.tck;

import io.discovery.DiscoveryException;
import io.discovery.DiscoveryException.Reason;
import io.discovery.RegistryConfig;
import io.discovery.spi.Delta;
import io.discovery.spi.Entry;
import io.discovery.spi.Listing;
import io.discovery.spi.Write;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The data behind backend {@code memory}, and the handle by which a test looks at it and hurts it:
 * stop and wipe it, put and delete records behind the library's back, cut {@linkplain #link links}.
 * Records whose owner does not renew them go after their time to live, measured by the registries'
 * own clock.
 *
 * <p><b>Threading.</b> Safe for use by any thread; one lock, under which nothing blocks.
 * <b>Errors.</b> None of its own. <b>Lifecycle.</b> Lives as long as the JVM.
 */
public final class MemoryStore implements Server, Store, Expiry {
  private static final ConcurrentHashMap<String, MemoryStore> STORES = new ConcurrentHashMap<>();

  private final String name;
  private final ConcurrentHashMap<String, MemoryLink> links = new ConcurrentHashMap<>();
  // The rest is guarded by this.
  private final TreeMap<String, Item> records = new TreeMap<>();
  private final Set<MemorySubscription> subscriptions = new LinkedHashSet<>();
  private final Set<MemoryBackend> clients = new HashSet<>();
  private LongSupplier clock = System::nanoTime;
  private MemoryFault fault = MemoryFault.NONE;
  private String identity = UUID.randomUUID().toString();
  private long revision;
  private long earliest = clock.getAsLong(); // no record is due before this

  /** What is kept; without an owner it stays until deleted. */
  @SuppressWarnings("ArrayRecordComponent") // never modified, never compared
  private record Item(byte[] value, Optional<MemoryOwnership> owner, long deadline) {
    Item armed(long now) {
      return new Item(value, owner, owner.map(o -> now + o.ttlNanos()).orElse(0L));
    }

    boolean isExpired(long now) {
      return owner.isPresent() && deadline - now <= 0;
    }

    void tellOwner(String why) {
      owner.ifPresent(o -> o.lost(why));
    }
  }

  private MemoryStore(String name) {
    this.name = name;
  }

  /** Returns the store that registries with this endpoint share, made when first asked for. */
  public static MemoryStore named(String endpoint) {
    return STORES.computeIfAbsent(endpoint, MemoryStore::new);
  }

  /** Returns a configuration that reaches this store. */
  public RegistryConfig config() {
    return RegistryConfig.defaults().withBackend(MemoryBackendProvider.NAME).withEndpoints(name);
  }

  /** Returns the path that registries with this value of option {@code memory.link} take. */
  public MemoryLink link(String linkName) {
    return links.computeIfAbsent(linkName, key -> new MemoryLink(this, key));
  }

  // --- what a test does to it

  @Override
  public synchronized void put(String namespace, String service, String id, byte[] value) {
    sweep();
    String key = prefix(namespace, service) + id;
    Item before = records.get(key);
    if (before == null) {
      set(key, new Item(value.clone(), Optional.empty(), 0));
    } else {
      set(key, new Item(value.clone(), before.owner, before.deadline));
      before.tellOwner("overwritten from outside");
    }
  }

  @Override
  public synchronized void delete(String namespace, String service, String id) {
    sweep();
    remove(prefix(namespace, service) + id, "deleted from outside");
  }

  @Override
  public synchronized Map<String, byte[]> read(String namespace, String service) {
    sweep();
    Map<String, byte[]> values = new HashMap<>();
    entries(prefix(namespace, service)).forEach(entry -> values.put(entry.id(), entry.value()));
    return values;
  }

  @Override
  public synchronized void expire(String namespace, String service, String id) {
    sweep();
    remove(prefix(namespace, service) + id, "its lease was revoked");
  }

  /** Returns what there is at this moment. */
  public synchronized Census census() {
    sweep();
    long owned = records.values().stream().filter(item -> item.owner.isPresent()).count();
    return new Census(
        OptionalLong.of(clients.size()),
        OptionalLong.of(owned),
        OptionalLong.of(subscriptions.size()));
  }

  /** Ends every running watch in good order, as a store may do at any time. */
  public synchronized void endStreams() {
    endStreams(null, "the store ended the stream");
  }

  @Override
  public synchronized void start() {
    if (fault != MemoryFault.NONE) {
      fault = MemoryFault.NONE;
      // As real stores do: an owner that could not reach us gets its full time again.
      long now = clock.getAsLong();
      records.replaceAll((key, item) -> item.armed(now));
      endBrokenStreams();
    }
  }

  @Override
  public synchronized void stop() {
    fault = MemoryFault.REFUSED;
    endStreams(null, "the store stopped");
  }

  @Override
  public void kill() {
    stop();
  }

  @Override
  public synchronized void pause() {
    fault = MemoryFault.SILENT;
  }

  @Override
  public void resume() {
    start();
  }

  @Override
  public synchronized void wipe() {
    stop();
    records.clear();
    revision = 0;
    identity = UUID.randomUUID().toString();
    start();
  }

  // --- what the backend asks of it

  synchronized MemoryFault faultOn(MemoryLink link) {
    return fault == MemoryFault.NONE ? link.fault() : fault;
  }

  synchronized void join(MemoryBackend client, LongSupplier loopClock) {
    clients.add(client);
    clock = loopClock;
  }

  synchronized void leave(MemoryBackend client) {
    clients.remove(client);
  }

  /** Removes what has outlived its time. A server that is down or frozen does nothing. */
  synchronized void sweep() {
    long now = clock.getAsLong();
    if (fault != MemoryFault.NONE || earliest - now > 0) {
      return;
    }
    earliest = now + Long.MAX_VALUE / 2;
    for (String key : List.copyOf(records.keySet())) {
      Item item = records.get(key);
      if (item.isExpired(now)) {
        remove(key, "its time to live is over");
      } else if (item.owner.isPresent()) {
        expectNotBefore(item.deadline);
      }
    }
  }

  private void expectNotBefore(long deadline) {
    earliest = deadline - earliest < 0 ? deadline : earliest;
  }

  /** See {@link io.discovery.spi.Ownership#write}. */
  synchronized void write(MemoryOwnership owner, Write write) {
    sweep();
    Item before = records.get(owner.key());
    boolean foreign = before != null && !isOwner(owner, before);
    if (foreign && write.claim() == Write.Claim.HEAL) {
      throw new DiscoveryException(
          Reason.SUPERSEDED, "record " + owner.key() + " belongs to another owner by now");
    }
    Item after = new Item(write.value(), Optional.of(owner), 0).armed(clock.getAsLong());
    expectNotBefore(after.deadline);
    if (before == null || foreign || !Arrays.equals(before.value, after.value)) {
      set(owner.key(), after);
    } else {
      records.put(owner.key(), after);
    }
    if (foreign) {
      before.tellOwner("taken over by another owner");
    }
  }

  /** Renews; returns whether the record is still this owner's. */
  synchronized boolean renew(MemoryOwnership owner) {
    sweep();
    Item item = records.get(owner.key());
    if (item == null || !isOwner(owner, item)) {
      return false;
    }
    records.put(owner.key(), item.armed(clock.getAsLong()));
    return true;
  }

  synchronized void release(MemoryOwnership owner) {
    sweep();
    Item item = records.get(owner.key());
    if (item != null && isOwner(owner, item)) {
      remove(owner.key(), "released");
    }
  }

  private static boolean isOwner(MemoryOwnership owner, Item item) {
    return item.owner.filter(present -> present == owner).isPresent();
  }

  synchronized Listing list(String prefix) {
    sweep();
    return new Listing(identity, revision, entries(prefix));
  }

  synchronized Set<String> services(String prefix) {
    sweep();
    Set<String> services = new TreeSet<>();
    for (String key : records.tailMap(prefix).keySet()) {
      String[] segments =
          key.startsWith(prefix) ? key.substring(prefix.length()).split("/", -1) : new String[0];
      if (segments.length == 2) {
        services.add(segments[0]);
      }
    }
    return services;
  }

  /** Reads and follows without a gap between the two. */
  synchronized void follow(MemorySubscription subscription) {
    subscription.begin(list(subscription.prefix()));
    subscriptions.add(subscription);
  }

  synchronized void unfollow(MemorySubscription subscription) {
    subscriptions.remove(subscription);
  }

  /** Ends the streams over this link; null means all. */
  synchronized void endStreams(MemoryLink link, String why) {
    for (MemorySubscription subscription : List.copyOf(subscriptions)) {
      if (link == null || subscription.link() == link) {
        subscriptions.remove(subscription);
        subscription.end(why);
      }
    }
  }

  /** Ends the streams that have missed a change. */
  synchronized void endBrokenStreams() {
    for (MemorySubscription subscription : List.copyOf(subscriptions)) {
      if (subscription.broken()) {
        subscriptions.remove(subscription);
        subscription.end("changes were lost on the way");
      }
    }
  }

  private void set(String key, Item item) {
    records.put(key, item);
    changed(key, List.of(new Entry(id(key), item.value)), List.of());
  }

  private void remove(String key, String why) {
    Item item = records.remove(key);
    if (item != null) {
      changed(key, List.of(), List.of(id(key)));
      item.tellOwner(why);
    }
  }

  private void changed(String key, List<Entry> puts, List<String> removes) {
    Delta delta = new Delta(++revision, puts, removes);
    String prefix = key.substring(0, key.lastIndexOf('/') + 1);
    for (MemorySubscription subscription : subscriptions) {
      if (subscription.prefix().equals(prefix)) {
        subscription.deliver(delta);
      }
    }
  }

  private List<Entry> entries(String prefix) {
    List<Entry> entries = new ArrayList<>();
    for (Map.Entry<String, Item> item : records.tailMap(prefix).entrySet()) {
      String key = item.getKey();
      if (!key.startsWith(prefix)) {
        break;
      }
      if (key.indexOf('/', prefix.length()) < 0) {
        entries.add(new Entry(id(key), item.getValue().value));
      }
    }
    return entries;
  }

  static String prefix(String namespace, String service) {
    return namespace + "/" + service + "/";
  }

  private static String id(String key) {
    return key.substring(key.lastIndexOf('/') + 1);
  }

  @Override
  public String toString() {
    return "memory store '" + name + "'";
  }
}

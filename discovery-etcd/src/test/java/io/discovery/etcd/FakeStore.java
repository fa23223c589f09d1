package io.discovery.etcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseRevokeResponse;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * What a fake etcd holds: keys with every past state, and leases, which do not expire. As much of
 * etcd as the backend uses. Safe for any thread.
 */
final class FakeStore {
  static final long CLUSTER = 0xC1;

  private final List<Consumer<List<Event>>> followers = new CopyOnWriteArrayList<>();
  private final Map<Long, Long> leases = new TreeMap<>();
  private final NavigableMap<Long, List<Event>> history = new TreeMap<>();
  private final NavigableMap<Long, NavigableMap<ByteString, KeyValue>> states = new TreeMap<>();
  private long revision;
  private long nextLease = 100;

  FakeStore() {
    wipe();
  }

  /** As a server whose data directory was removed: the same cluster, at its first revision. */
  synchronized void wipe() {
    leases.clear();
    history.clear();
    states.clear();
    revision = 1;
    states.put(revision, new TreeMap<>(ByteString.unsignedLexicographicalComparator()));
  }

  synchronized ResponseHeader header() {
    return ResponseHeader.newBuilder().setClusterId(CLUSTER).setRevision(revision).build();
  }

  synchronized RangeResponse range(RangeRequest request) {
    long at = request.getRevision() == 0 ? revision : request.getRevision();
    NavigableMap<ByteString, KeyValue> state = states.get(at);
    List<KeyValue> found =
        request.getRangeEnd().isEmpty()
            ? state.containsKey(request.getKey()) ? List.of(state.get(request.getKey())) : List.of()
            : List.copyOf(
                state.subMap(request.getKey(), true, request.getRangeEnd(), false).values());
    int limit = request.getLimit() == 0 ? found.size() : (int) request.getLimit();
    return RangeResponse.newBuilder()
        .setHeader(header())
        .addAllKvs(found.subList(0, Math.min(limit, found.size())))
        .setMore(limit < found.size())
        .build();
  }

  /** Knows one kind: compare mod revisions, then put all at one revision, or else read all. */
  synchronized TxnResponse txn(TxnRequest request) {
    boolean holds = request.getCompareList().stream().allMatch(this::holds);
    TxnResponse.Builder response = TxnResponse.newBuilder().setSucceeded(holds);
    if (holds) {
      List<PutRequest> puts =
          request.getSuccessList().stream().map(RequestOp::getRequestPut).toList();
      if (puts.stream()
          .anyMatch(put -> put.getLease() != 0 && !leases.containsKey(put.getLease()))) {
        throw leaseNotFound().asRuntimeException();
      }
      commit(puts.stream().map(this::next).toList());
    } else {
      for (RequestOp read : request.getFailureList()) {
        response.addResponses(
            ResponseOp.newBuilder().setResponseRange(range(read.getRequestRange())));
      }
    }
    return response.setHeader(header()).build();
  }

  private boolean holds(Compare compare) {
    KeyValue found = states.get(revision).get(compare.getKey());
    return compare.getModRevision() == (found == null ? 0 : found.getModRevision());
  }

  private Event next(PutRequest put) {
    return next(put.getKey().toStringUtf8(), put.getValue().toStringUtf8(), put.getLease());
  }

  synchronized LeaseGrantResponse grant(LeaseGrantRequest request) {
    leases.put(++nextLease, request.getTTL());
    return LeaseGrantResponse.newBuilder()
        .setHeader(header())
        .setID(nextLease)
        .setTTL(request.getTTL())
        .build();
  }

  synchronized LeaseKeepAliveResponse keepAlive(LeaseKeepAliveRequest request) {
    return LeaseKeepAliveResponse.newBuilder()
        .setHeader(header())
        .setID(request.getID())
        .setTTL(leases.getOrDefault(request.getID(), 0L))
        .build();
  }

  synchronized LeaseRevokeResponse revoke(LeaseRevokeRequest request) {
    if (leases.remove(request.getID()) == null) {
      throw leaseNotFound().asRuntimeException();
    }
    states.get(revision).values().stream()
        .filter(kv -> kv.getLease() == request.getID())
        .toList()
        .forEach(kv -> delete(kv.getKey().toStringUtf8()));
    return LeaseRevokeResponse.newBuilder().setHeader(header()).build();
  }

  static Status leaseNotFound() {
    return Status.NOT_FOUND.withDescription("etcdserver: requested lease not found");
  }

  synchronized void put(String key, String value) {
    put(key, value, 0);
  }

  synchronized void put(String key, String value, long lease) {
    commit(List.of(next(key, value, lease)));
  }

  /** Returns a put at the next revision. */
  private Event next(String key, String value, long lease) {
    Event event = event(key, value, revision + 1);
    return event.toBuilder().setKv(event.getKv().toBuilder().setLease(lease)).build();
  }

  synchronized void delete(String key) {
    commit(List.of(event(key, null, revision + 1)));
  }

  /** Returns the event of a put, or of a delete if there is no value. */
  static Event event(String key, String value, long revision) {
    KeyValue.Builder kv =
        KeyValue.newBuilder().setKey(ByteString.copyFromUtf8(key)).setModRevision(revision);
    return value == null
        ? Event.newBuilder().setType(Event.EventType.DELETE).setKv(kv).build()
        : Event.newBuilder().setKv(kv.setValue(ByteString.copyFromUtf8(value))).build();
  }

  /** Returns what is there, as text. */
  synchronized Map<String, String> content() {
    Map<String, String> content = new TreeMap<>();
    states
        .get(revision)
        .forEach((key, kv) -> content.put(key.toStringUtf8(), kv.getValue().toStringUtf8()));
    return content;
  }

  /** Returns a key as it is now, or an empty one. */
  synchronized KeyValue record(String key) {
    return states
        .get(revision)
        .getOrDefault(ByteString.copyFromUtf8(key), KeyValue.getDefaultInstance());
  }

  synchronized int leases() {
    return leases.size();
  }

  /** Tells all events from a revision on, those of the past at once. */
  synchronized void follow(long from, Consumer<List<Event>> follower) {
    List<Event> past = new ArrayList<>();
    history.tailMap(from, true).values().forEach(past::addAll);
    if (!past.isEmpty()) {
      follower.accept(past);
    }
    // A store that is behind says nothing until it gets there; that is how etcd does it.
    followers.add(
        events -> {
          if (events.get(0).getKv().getModRevision() >= from) {
            follower.accept(events);
          }
        });
  }

  private void commit(List<Event> events) {
    NavigableMap<ByteString, KeyValue> state = new TreeMap<>(states.get(revision));
    for (Event event : events) {
      if (event.getType() == Event.EventType.DELETE) {
        state.remove(event.getKv().getKey());
      } else {
        state.put(event.getKv().getKey(), event.getKv());
      }
    }
    revision++;
    states.put(revision, state);
    history.put(revision, events);
    followers.forEach(follower -> follower.accept(events));
  }
}

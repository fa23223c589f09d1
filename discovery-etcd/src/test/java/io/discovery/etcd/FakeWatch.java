package io.discovery.etcd;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;

/** One watch at a fake etcd, as the server sees it. Says what it is told to say. Thread-safe. */
final class FakeWatch {
  private static final long ID = 7;

  private final WatchCreateRequest request;
  private final FakeStore store;
  private final ServerCallStreamObserver<WatchResponse> answers;
  private boolean over;

  FakeWatch(
      WatchCreateRequest request,
      FakeStore store,
      ServerCallStreamObserver<WatchResponse> answers) {
    this.request = request;
    this.store = store;
    this.answers = answers;
  }

  WatchCreateRequest request() {
    return request;
  }

  /** Confirms the watch and tells all that happens, as etcd does. */
  void serve() {
    send(response().setCreated(true));
    follow();
  }

  /** Tells all that has happened since, and goes on so. */
  void follow() {
    store.follow(request.getStartRevision(), this::tell);
  }

  /** Confirms the watch and tells nothing. */
  void confirm() {
    send(response().setCreated(true));
  }

  /** Lets the client wait. */
  void ignore() {}

  /** Begins a response as of now. */
  WatchResponse.Builder response() {
    return WatchResponse.newBuilder().setWatchId(ID).setHeader(store.header());
  }

  /** Begins a response that bears another header. */
  WatchResponse.Builder response(long cluster, long revision) {
    return response()
        .setHeader(ResponseHeader.newBuilder().setClusterId(cluster).setRevision(revision));
  }

  synchronized void send(WatchResponse.Builder response) {
    if (isOpen()) {
      answers.onNext(response.build());
    }
  }

  /** Ends the stream; with {@code OK} in good order. */
  synchronized void end(Status status) {
    if (isOpen()) {
      over = true;
      if (status.isOk()) {
        answers.onCompleted();
      } else {
        answers.onError(status.asRuntimeException());
      }
    }
  }

  synchronized boolean isOpen() {
    return !over && !answers.isCancelled();
  }

  private void tell(List<Event> events) {
    List<Event> seen = events.stream().filter(event -> covers(event.getKv().getKey())).toList();
    if (!seen.isEmpty()) {
      send(response().addAllEvents(seen));
    }
  }

  private boolean covers(ByteString key) {
    var order = ByteString.unsignedLexicographicalComparator();
    return order.compare(request.getKey(), key) <= 0
        && order.compare(key, request.getRangeEnd()) < 0;
  }
}

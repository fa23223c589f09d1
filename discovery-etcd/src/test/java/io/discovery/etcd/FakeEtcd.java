package io.discovery.etcd;

import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.etcd.jetcd.api.AuthenticateResponse;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseRevokeResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * An etcd that answers as etcd does unless told otherwise: a gRPC server on a free loopback port,
 * with a script for each kind of call. For what a real server cannot be made to do at a given
 * moment; whatever it can is tested on a real one.
 *
 * <p><b>Threading.</b> Calls are served one by one on a thread of its own; scripts may be changed
 * and calls be answered on any. <b>Lifecycle.</b> {@link #close} ends all calls.
 */
final class FakeEtcd implements AutoCloseable {
  final FakeStore store = new FakeStore();
  final Script<FakeCall<RangeRequest, RangeResponse>> ranges = new Script<>(FakeCall::serve);
  final Script<FakeCall<TxnRequest, TxnResponse>> txns = new Script<>(FakeCall::serve);
  final Script<FakeCall<LeaseGrantRequest, LeaseGrantResponse>> grants =
      new Script<>(FakeCall::serve);
  final Script<FakeCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse>> renewals =
      new Script<>(FakeCall::serve);
  final Script<FakeCall<LeaseRevokeRequest, LeaseRevokeResponse>> revocations =
      new Script<>(FakeCall::serve);
  final Script<FakeCall<AuthenticateRequest, AuthenticateResponse>> logins =
      new Script<>(FakeCall::serve);
  final Script<FakeWatch> watches = new Script<>(FakeWatch::serve);

  /** How often a watch was asked how far it is. */
  final AtomicInteger progress = new AtomicInteger();

  private final ExecutorService thread = Executors.newSingleThreadExecutor(FakeEtcd::daemon);
  private final Server server;

  FakeEtcd() {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .executor(thread)
            .addService(new Kv())
            .addService(new Lease())
            .addService(new Watch())
            .addService(new Auth())
            .build();
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String endpoint() {
    return "127.0.0.1:" + server.getPort();
  }

  @Override
  public void close() {
    server.shutdownNow();
    thread.shutdown();
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "fake-etcd");
    thread.setDaemon(true);
    return thread;
  }

  private static <Q, A> void play(
      Script<FakeCall<Q, A>> script, Function<Q, A> effect, Q request, StreamObserver<A> answers) {
    FakeCall.allowLateAnswers(answers);
    script.play(new FakeCall<>(request, () -> effect.apply(request), answers));
  }

  private final class Kv extends KVGrpc.KVImplBase {
    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> answers) {
      play(ranges, store::range, request, answers);
    }

    @Override
    public void txn(TxnRequest request, StreamObserver<TxnResponse> answers) {
      play(txns, store::txn, request, answers);
    }
  }

  private final class Lease extends LeaseGrpc.LeaseImplBase {
    @Override
    public void leaseGrant(LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> answers) {
      play(grants, store::grant, request, answers);
    }

    @Override
    public void leaseRevoke(
        LeaseRevokeRequest request, StreamObserver<LeaseRevokeResponse> answers) {
      play(revocations, store::revoke, request, answers);
    }

    @Override
    public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(
        StreamObserver<LeaseKeepAliveResponse> answers) {
      FakeCall.allowLateAnswers(answers);
      return new Requests<>() {
        private boolean begun;

        @Override
        public void onNext(LeaseKeepAliveRequest request) {
          if (!begun) { // jetcd asks again when it ends the stream
            begun = true;
            renewals.play(new FakeCall<>(request, () -> store.keepAlive(request), answers));
          }
        }
      };
    }
  }

  private final class Watch extends WatchGrpc.WatchImplBase {
    @Override
    public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> answers) {
      FakeCall.allowLateAnswers(answers);
      return new Requests<>() {
        private FakeWatch watch;

        @Override
        public void onNext(WatchRequest request) {
          if (request.hasCreateRequest()) {
            watch =
                new FakeWatch(
                    request.getCreateRequest(),
                    store,
                    (ServerCallStreamObserver<WatchResponse>) answers);
            watches.play(watch);
          } else if (request.hasProgressRequest()) {
            progress.incrementAndGet();
            // As etcd does since 3.5.22 and 3.6.2 (its PR 20229).
            if (store.header().getRevision() >= watch.request().getStartRevision()) {
              watch.send(watch.response().setWatchId(-1));
            }
          }
        }
      };
    }
  }

  private final class Auth extends AuthGrpc.AuthImplBase {
    @Override
    public void authenticate(
        AuthenticateRequest request, StreamObserver<AuthenticateResponse> answers) {
      play(
          logins,
          login ->
              AuthenticateResponse.newBuilder().setHeader(store.header()).setToken("token").build(),
          request,
          answers);
    }
  }

  /** The client's half of a stream, whose end asks for nothing. */
  private abstract static class Requests<Q> implements StreamObserver<Q> {
    @Override
    public void onError(Throwable cancelled) {}

    @Override
    public void onCompleted() {}
  }
}

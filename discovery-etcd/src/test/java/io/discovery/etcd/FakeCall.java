package io.discovery.etcd;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;

/**
 * One call that a fake etcd has received. To carry it out and to answer it are two things, which
 * may happen in any order, late, or not at all. An answer that nobody waits for any more is lost.
 */
final class FakeCall<Q, A> {
  private final Q request;
  private final Supplier<A> effect;
  private final StreamObserver<A> answers;

  /**
   * Takes a call, on the thread that brings it.
   *
   * @param effect carries it out as etcd would
   */
  FakeCall(Q request, Supplier<A> effect, StreamObserver<A> answers) {
    this.request = request;
    this.effect = effect;
    this.answers = answers;
  }

  /** Allows answers after the client has given up. While the call is being received. */
  static void allowLateAnswers(StreamObserver<?> answers) {
    ((ServerCallStreamObserver<?>) answers).setOnCancelHandler(() -> {});
  }

  Q request() {
    return request;
  }

  /** Carries it out and answers. */
  void serve() {
    try {
      answer(carryOut());
    } catch (StatusRuntimeException e) {
      fail(e.getStatus());
    }
  }

  A carryOut() {
    return effect.get();
  }

  void answer(A answer) {
    answers.onNext(answer);
    answers.onCompleted();
  }

  void fail(Status status) {
    answers.onError(status.asRuntimeException());
  }

  /** Ends the call in good order and without an answer. */
  void end() {
    answers.onCompleted();
  }

  /** Lets the client wait. */
  void ignore() {}
}

package io.discovery.etcd;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Gives every call a deadline, except watches, which live as long as they are wanted. jetcd sets
 * none: a call to a frozen member would hang for ever and hold its stream open. Stateless.
 *
 * @param call for all calls but reads
 * @param read for reads, which may carry thousands of records
 */
record EtcdDeadlines(Duration call, Duration read) implements ClientInterceptor {
  private static final String WATCH = "etcdserverpb.Watch/Watch";
  private static final String RANGE = "etcdserverpb.KV/Range";

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    String name = method.getFullMethodName();
    if (name.equals(WATCH)) {
      return next.newCall(method, options);
    }
    Duration limit = name.equals(RANGE) ? read : call;
    return next.newCall(method, options.withDeadlineAfter(limit.toNanos(), TimeUnit.NANOSECONDS));
  }
}

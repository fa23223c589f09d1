package io.discovery.grpc;

import io.grpc.LoadBalancer;
import io.grpc.NameResolver;
import java.lang.System.Logger.Level;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * What gRPC's metrics are told about one channel, for whoever exports them. gRPC's own recorder is
 * internal API of gRPC, which has no other; so it is used in {@link GrpcMetrics} alone, and where
 * it is missing or another, nothing is told and all else works.
 */
interface ChannelMetrics {
  /** Tells nobody. */
  ChannelMetrics NONE =
      new ChannelMetrics() {
        @Override
        public void updated() {}

        @Override
        public Picks picks(String zone) {
          return Picks.NONE;
        }

        @Override
        public Observation observe(View view) {
          return () -> {};
        }
      };

  /** The channel was told where its instances are. For any thread. */
  void updated();

  /** Returns what counts the calls that go to a zone. In the synchronization context. */
  Picks picks(String zone);

  /** Has the view looked at, whenever somebody collects metrics, until that is closed. */
  Observation observe(View view);

  /** Counts calls. For any thread, without a lock. Equal if it is the same count. */
  @FunctionalInterface
  interface Picks {
    Picks NONE = () -> {};

    void count();
  }

  /** What a channel knows. For any thread; does not block. */
  interface View {
    /** Returns how many instances the channel works with. */
    int instances();

    /** Returns since how many milliseconds the view is not current; empty if it never was. */
    OptionalLong staleness();
  }

  /** The look at a {@link View}; may be closed twice. */
  @FunctionalInterface
  interface Observation {
    void close();
  }

  /** What a channel knows before it knows anything. */
  enum Unknown implements View {
    VIEW;

    @Override
    public int instances() {
      return 0;
    }

    @Override
    public OptionalLong staleness() {
      return OptionalLong.empty();
    }
  }

  /** Returns the metrics of a name resolver. */
  static ChannelMetrics of(NameResolver.Args args, String target) {
    return orNone(() -> GrpcMetrics.of(args, target));
  }

  /** Returns the metrics of a load balancer. */
  static ChannelMetrics of(LoadBalancer.Helper helper) {
    return orNone(() -> GrpcMetrics.of(helper));
  }

  private static ChannelMetrics orNone(Supplier<ChannelMetrics> metrics) {
    try {
      ChannelMetrics found = metrics.get();
      // So that what is missing shows here, and not where it would end the channel or a call.
      found.observe(Unknown.VIEW).close();
      return found;
    } catch (LinkageError | RuntimeException e) {
      System.getLogger("io.discovery.grpc")
          .log(Level.DEBUG, "this gRPC has another way with metrics: there are none", e);
      return NONE;
    }
  }
}

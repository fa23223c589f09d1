package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.tck.Await;
import io.discovery.tck.MemoryStore;
import io.grpc.CallbackMetricInstrument;
import io.grpc.InternalManagedChannelBuilder;
import io.grpc.LoadBalancer;
import io.grpc.LongCounterMetricInstrument;
import io.grpc.LongGaugeMetricInstrument;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MetricInstrument;
import io.grpc.MetricRecorder;
import io.grpc.MetricSink;
import io.grpc.util.ForwardingLoadBalancerHelper;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What reaches an exporter of gRPC's metrics. */
final class ChannelMetricsTest {
  private static final String TARGET = "discovery:///orders?lb=discovery";

  private final MemoryStore store = MemoryStore.named("metrics-" + UUID.randomUUID());
  @AutoClose private final Stage stage = new Stage(store.config());
  private final Fleet fleet = new Fleet(stage);
  private final Exporter exporter = new Exporter();

  @Test
  void instancesUpdatesPicksByZoneAndStaleness() throws InterruptedException {
    fleet.serve(stage.greeter("a"), one -> one.withId("a").withMetadata("zone", "north"));
    fleet.serve(stage.greeter("b"), one -> one.withId("b").withMetadata("zone", "south"));
    ManagedChannel channel = stage.build(exporter.on(fleet.builder(TARGET)));
    int calls = 0;
    while (exporter.of("discovery.picks", "south") == 0
        || exporter.of("discovery.picks", "north") == 0) {
      Greeter.call(channel);
      assertTrue(++calls < 1_000, "no calls to both zones: " + exporter.values);
    }
    // The channel may pick again for a call whose connection was not ready after all.
    long picks = exporter.of("discovery.picks", "north") + exporter.of("discovery.picks", "south");
    assertTrue(picks >= calls, picks + " picks for " + calls + " calls");
    assertTrue(exporter.of("discovery.updates") >= 1, "updates: " + exporter.values);
    exporter.collect();
    assertEquals(2, exporter.of("discovery.instances"));
    assertEquals(0, exporter.of("discovery.staleness"));
    store.stop();
    Await.until(
        "the view is old",
        Stage.SOON,
        () -> {
          exporter.collect();
          return exporter.of("discovery.staleness") > 0;
        });
    assertEquals(2, exporter.of("discovery.instances"));
    channel.shutdownNow();
    Await.until("nothing is looked at any more", Stage.SOON, exporter.callbacks::isEmpty);
  }

  /** An older or a newer gRPC. */
  @Test
  void withoutThatApiThereAreNoMetricsAndNoHarm() {
    LoadBalancer.Helper helper =
        new ForwardingLoadBalancerHelper() {
          @Override
          protected LoadBalancer.Helper delegate() {
            throw new AssertionError("asked for something else");
          }

          @Override
          public MetricRecorder getMetricRecorder() {
            throw new NoSuchMethodError("getMetricRecorder");
          }
        };
    assertSame(ChannelMetrics.NONE, ChannelMetrics.of(helper));
  }

  /** Adds up counters and keeps the last value of gauges, by name and labels. */
  private static final class Exporter implements MetricSink {
    private final Map<String, Long> values = new ConcurrentHashMap<>();
    private final List<Runnable> callbacks = new CopyOnWriteArrayList<>();

    /** Enables all for one channel. */
    ManagedChannelBuilder<?> on(ManagedChannelBuilder<?> builder) {
      return InternalManagedChannelBuilder.addMetricSink(builder, this);
    }

    void collect() {
      callbacks.forEach(Runnable::run);
    }

    long of(String name, String... more) {
      return values.getOrDefault(key(name, List.of(TARGET), List.of(more)), 0L);
    }

    private static String key(String name, List<String> labels, List<String> more) {
      return name + labels + more;
    }

    @Override
    public void addLongCounter(
        LongCounterMetricInstrument metric, long value, List<String> labels, List<String> more) {
      if (isOurs(metric)) {
        values.merge(key(metric.getName(), labels.subList(0, 1), rest(labels)), value, Long::sum);
      }
    }

    @Override
    public void recordLongGauge(
        LongGaugeMetricInstrument metric, long value, List<String> labels, List<String> more) {
      if (isOurs(metric)) {
        values.put(key(metric.getName(), labels.subList(0, 1), rest(labels)), value);
      }
    }

    private static boolean isOurs(MetricInstrument metric) {
      return metric.getName().startsWith("discovery.");
    }

    private static List<String> rest(List<String> labels) {
      return labels.subList(1, labels.size());
    }

    @Override
    public Registration registerBatchCallback(
        Runnable callback, CallbackMetricInstrument... instruments) {
      callbacks.add(callback);
      return () -> callbacks.remove(callback);
    }

    @Override
    public Map<String, Boolean> getEnabledMetrics() {
      return Map.of();
    }

    @Override
    public Set<String> getOptionalLabels() {
      return Set.of();
    }

    @Override
    public int getMeasuresSize() {
      return Integer.MAX_VALUE;
    }

    @Override
    public void updateMeasures(List<MetricInstrument> instruments) {}
  }
}

package io.discovery.grpc;

import io.grpc.LoadBalancer;
import io.grpc.LongCounterMetricInstrument;
import io.grpc.LongGaugeMetricInstrument;
import io.grpc.MetricInstrument;
import io.grpc.MetricInstrumentRegistry;
import io.grpc.MetricRecorder;
import io.grpc.MetricRecorder.Registration;
import io.grpc.NameResolver;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Records with gRPC's recorder, which passes on what the channel's owner has enabled. The channel's
 * target is a label of all, as it is of gRPC's own metrics.
 */
final class GrpcMetrics implements ChannelMetrics {
  private static final String TARGET = "grpc.target";
  private static final String ZONE = "discovery.zone";

  private static final LongGaugeMetricInstrument INSTANCES =
      gauge("discovery.instances", "Instances of the service that the channel knows", "{instance}");
  private static final LongGaugeMetricInstrument STALENESS =
      gauge("discovery.staleness", "Since when what the channel knows may be old; 0 if not", "ms");
  private static final LongCounterMetricInstrument UPDATES =
      counter(
          "discovery.updates",
          "Sets of instances that the channel was told",
          "{update}",
          List.of(TARGET));
  private static final LongCounterMetricInstrument PICKS =
      counter(
          "discovery.picks",
          "Calls given to instances by policy discovery, by their zone",
          "{call}",
          List.of(TARGET, ZONE));

  /** Whoever can write to the registry can name zones, and an exporter keeps each for ever. */
  private static final int MOST_ZONES = 100;

  private static final int LONGEST_ZONE = 60;

  private final MetricRecorder recorder;
  private final List<String> labels;
  private final Set<String> zones = new HashSet<>(); // in the synchronization context

  private GrpcMetrics(MetricRecorder recorder, String target) {
    this.recorder = recorder;
    this.labels = List.of(target);
  }

  static ChannelMetrics of(NameResolver.Args args, String target) {
    MetricRecorder recorder = args.getMetricRecorder();
    return recorder == null ? NONE : new GrpcMetrics(recorder, target);
  }

  static ChannelMetrics of(LoadBalancer.Helper helper) {
    return new GrpcMetrics(helper.getMetricRecorder(), helper.getChannelTarget());
  }

  private static LongGaugeMetricInstrument gauge(String name, String description, String unit) {
    return once(
        name,
        LongGaugeMetricInstrument.class,
        registry ->
            registry.registerLongGauge(name, description, unit, List.of(TARGET), List.of(), false));
  }

  private static LongCounterMetricInstrument counter(
      String name, String description, String unit, List<String> labels) {
    return once(
        name,
        LongCounterMetricInstrument.class,
        registry ->
            registry.registerLongCounter(name, description, unit, labels, List.of(), false));
  }

  /** Class loaders that share a gRPC share its registry, which knows each name once. */
  private static <T extends MetricInstrument> T once(
      String name, Class<T> type, Function<MetricInstrumentRegistry, T> register) {
    MetricInstrumentRegistry registry = MetricInstrumentRegistry.getDefaultRegistry();
    return registry.getMetricInstruments().stream()
        .filter(instrument -> instrument.getName().equals(name))
        .findFirst()
        .map(type::cast)
        .orElseGet(() -> register.apply(registry));
  }

  @Override
  public void updated() {
    recorder.addLongCounter(UPDATES, 1, labels, List.of());
  }

  @Override
  public Picks picks(String zone) {
    boolean known =
        zone.length() <= LONGEST_ZONE
            && (zones.contains(zone) || (zones.size() < MOST_ZONES && zones.add(zone)));
    String label = known ? Percent.encodeInvisible(zone) : "other";
    return new ZonePicks(recorder, List.of(labels.get(0), label));
  }

  @Override
  public Observation observe(View view) {
    Registration registration =
        recorder.registerBatchCallback(
            batch -> {
              batch.recordLongGauge(INSTANCES, view.instances(), labels, List.of());
              view.staleness()
                  .ifPresent(millis -> batch.recordLongGauge(STALENESS, millis, labels, List.of()));
            },
            INSTANCES,
            STALENESS);
    return registration::close;
  }

  private record ZonePicks(MetricRecorder recorder, List<String> labels) implements Picks {
    @Override
    public void count() {
      recorder.addLongCounter(PICKS, 1, labels, List.of());
    }
  }
}

package io.discovery.benchmarks;

import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.SubchannelPicker;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What a balancer adds to each call. JMH wants it public. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PickBenchmark {
  /** The policy's name in gRPC. */
  @Param({"discovery", "round_robin"})
  public String policy;

  /** How many servers are connected. */
  @Param({"10", "1000"})
  public int addresses;

  private SubchannelPicker picker;

  /** Connects all of them. */
  @Setup
  public void connect() {
    picker = PickerRig.connected(policy, addresses);
  }

  /** Picks. */
  @Benchmark
  public PickResult pick() {
    return picker.pickSubchannel(PickerRig.CALL);
  }
}

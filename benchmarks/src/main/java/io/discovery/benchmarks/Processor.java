package io.discovery.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** What this process uses. */
final class Processor {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private Processor() {}

  /** Returns the processor time of this process, garbage collection and compilation included. */
  static long nanos() {
    return SYSTEM.getProcessCpuTime();
  }

  /** Returns the ids of all threads. */
  static Set<Long> threads() {
    return Arrays.stream(ManagementFactory.getThreadMXBean().getAllThreadIds())
        .boxed()
        .collect(Collectors.toSet());
  }

  /** Returns how many bytes are reachable. */
  static long reachable() {
    for (int i = 0; i < 3; i++) {
      System.gc(); // twice for what finalizers and cleaners let go, once more for good measure
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}

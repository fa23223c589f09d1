package io.discovery.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;
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

  /**
   * Returns how many bytes are reachable once all is quiet: threads hold on to their last message
   * for a moment, and finalizers and cleaners take one collection more.
   */
  static long reachable() throws InterruptedException {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
      TimeUnit.MILLISECONDS.sleep(30);
    }
    return least;
  }
}

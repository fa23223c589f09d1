package io.discovery.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** What this process uses. */
final class Processor {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private Processor() {}

  /** Returns the processor time of this process, garbage collection and compilation included. */
  static long nanos() {
    return SYSTEM.getProcessCpuTime();
  }

  static int threads() {
    return ManagementFactory.getThreadMXBean().getThreadCount();
  }

  /** Returns how many bytes are reachable. */
  static long reachable() {
    for (int i = 0; i < 3; i++) {
      System.gc(); // twice for what finalizers and cleaners let go, once more for good measure
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}

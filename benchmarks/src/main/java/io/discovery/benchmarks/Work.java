package io.discovery.benchmarks;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The processor time that this process has used since this was made: that of its threads and of
 * garbage collection, which has one thread here. Not that of the compiler, which is at work for
 * several rounds and then is done: programs that watch live longer than that.
 */
final class Work {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Map<Long, Long> before = byThread();
  private final long collectingBefore = collecting();

  long nanos() {
    long used = collecting() - collectingBefore;
    for (Map.Entry<Long, Long> thread : byThread().entrySet()) {
      // Less than before if it has just ended.
      used += Math.max(0, thread.getValue() - before.getOrDefault(thread.getKey(), 0L));
    }
    return used;
  }

  private static Map<Long, Long> byThread() {
    Map<Long, Long> times = new HashMap<>();
    for (long id : THREADS.getAllThreadIds()) {
      times.put(id, THREADS.getThreadCpuTime(id));
    }
    return times;
  }

  private static long collecting() {
    return TimeUnit.MILLISECONDS.toNanos(
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .mapToLong(GarbageCollectorMXBean::getCollectionTime)
            .sum());
  }
}

package io.discovery.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where and when a run took place, and with what: figures mean little without.
 *
 * @param software versions by name
 */
record Machine(
    String date,
    int cores,
    String processor,
    String system,
    String jdk,
    Map<String, String> software) {

  /** Asks about all that these jobs need. */
  static Machine here(List<Job> jobs) throws IOException {
    Map<String, String> software = Software.libraries();
    if (jobs.stream().anyMatch(job -> job.name().endsWith(StoreType.ETCD.backend()))) {
      software.put("etcd", Software.etcd());
    }
    return new Machine(
        LocalDate.now(ZoneOffset.UTC).toString(),
        Runtime.getRuntime().availableProcessors(),
        processorName(),
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version").replaceFirst("-.*", ""),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
        software);
  }

  private static String processorName() {
    Path info = Path.of("/proc/cpuinfo");
    try (Stream<String> lines = Files.lines(info)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException notLinux) {
      return System.getProperty("os.arch");
    }
  }
}

package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ZoneSharesTest {
  private static final double DELTA = 1e-9;

  /** Returns candidates of weight 1, so many in each zone. */
  private static List<Candidate> zones(Map<String, Integer> sizes) {
    List<Candidate> candidates = new ArrayList<>();
    sizes.forEach(
        (zone, size) -> {
          for (int i = 0; i < size; i++) {
            candidates.add(Candidates.ready(zone + i, 1, zone));
          }
        });
    return candidates;
  }

  /** Returns the part of the calls that each zone gets from a client of one zone. */
  private static Map<String, Double> parts(
      List<Candidate> candidates, String zone, double minimum) {
    return parts(candidates, Map.of(), zone, minimum);
  }

  private static Map<String, Double> parts(
      List<Candidate> candidates, Map<String, Double> unconnected, String zone, double minimum) {
    ZoneShares shares = ZoneShares.of(candidates, unconnected, zone, minimum);
    List<Candidate> ready = candidates.stream().filter(Candidate::isReady).toList();
    double total = ready.stream().mapToDouble(shares::of).sum();
    Map<String, Double> parts = new HashMap<>();
    ready.forEach(
        candidate -> parts.merge(candidate.zone(), shares.of(candidate) / total, Double::sum));
    return parts;
  }

  @Test
  void withoutAZoneAllAreAlike() {
    assertEquals(Map.of("a", 0.25, "b", 0.75), parts(zones(Map.of("a", 1, "b", 3)), "", 0.7));
  }

  @Test
  void aZoneWithItsMinimumKeepsAll() {
    assertEquals(
        Map.of("a", 1.0, "b", 0.0, "c", 0.0),
        parts(zones(Map.of("a", 3, "b", 4, "c", 5)), "a", 0.7));
  }

  @Test
  void aZoneBelowItsMinimumKeepsAPartInProportion() {
    List<Candidate> candidates = zones(Map.of("a", 1, "b", 3));
    assertEquals(0.5, parts(candidates, "a", 1).get("a"), DELTA);
    assertEquals(0.5 / 0.7, parts(candidates, "a", 0.7).get("a"), DELTA);
    assertEquals(1, parts(candidates, "a", 0.5).get("a"), DELTA);
    assertEquals(1, parts(candidates, "a", 0).get("a"), DELTA);
  }

  @Test
  void whatSpillsOverGoesWhereThereIsMoreThanTheFairShare() {
    Map<String, Double> parts = parts(zones(Map.of("a", 1, "b", 3, "c", 5)), "a", 1);
    assertEquals(1 / 3.0, parts.get("a"), DELTA);
    assertEquals(0, parts.get("b"), DELTA);
    assertEquals(2 / 3.0, parts.get("c"), DELTA);
  }

  @Test
  void aZoneWithNothingPrefersNone() {
    assertEquals(Map.of("a", 0.25, "b", 0.75), parts(zones(Map.of("a", 1, "b", 3)), "c", 0.7));
    assertEquals(0, ZoneShares.of(zones(Map.of("a", 1)), Map.of(), "c", 0).local());
  }

  @Test
  void evenClientsLoadAllInstancesAlikeUnderAMinimumOfOne() {
    for (Map<String, Integer> sizes :
        List.of(
            Map.of("a", 2, "b", 3, "c", 4),
            Map.of("a", 1, "b", 1, "c", 10),
            Map.of("a", 7, "b", 7),
            Map.of("a", 1, "b", 5, "c", 6, "d", 8))) {
      List<Candidate> candidates = zones(sizes);
      Map<String, Double> load = new HashMap<>();
      for (String zone : sizes.keySet()) {
        parts(candidates, zone, 1)
            .forEach((target, part) -> load.merge(target, part / sizes.size(), Double::sum));
      }
      load.forEach(
          (zone, part) ->
              assertEquals(
                  1.0 / candidates.size(),
                  part / sizes.get(zone),
                  DELTA,
                  () -> "load of an instance in " + zone + " of " + sizes));
    }
  }

  @Test
  void weightsCountAndNotHeads() {
    List<Candidate> candidates =
        List.of(Candidates.ready("a0", 10, "a"), Candidates.ready("b0", 30, "b"));
    assertEquals(0.5, parts(candidates, "a", 1).get("a"), DELTA);
  }

  @Test
  void whatASubsetLeavesOutCounts() {
    List<Candidate> subset = zones(Map.of("a", 10, "b", 10));
    Map<String, Double> parts = parts(subset, Map.of("b", 980.0), "a", 0.7);
    assertEquals(10 / (0.7 * 500), parts.get("a"), DELTA);
    // Also where no instance of the great zone is connected.
    parts = parts(zones(Map.of("a", 10, "c", 10)), Map.of("b", 980.0), "a", 1);
    assertEquals(0.03, parts.get("a"), DELTA);
    assertEquals(1, ZoneShares.of(zones(Map.of("a", 1)), Map.of("b", 9.0), "a", 1).local());
  }

  @Test
  void asManyOfThoseLeftOutAreTakenForReadyAsOfTheCandidates() {
    List<Candidate> subset = new ArrayList<>(zones(Map.of("a", 1, "b", 2)));
    subset.add(Candidates.broken("a1", "a"));
    Map<String, Double> parts = parts(subset, Map.of("a", 98.0, "b", 98.0), "a", 1);
    assertEquals(50 / 75.0, parts.get("a"), DELTA);
    subset.removeIf(candidate -> candidate.zone().equals("b"));
    subset.add(Candidates.broken("b0", "b"));
    assertEquals(Map.of("a", 1.0), parts(subset, Map.of("b", 999.0), "a", 1));
  }
}

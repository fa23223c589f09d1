package io.discovery.grpc;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How much of the calls each candidate gets, given the zone the client is in.
 *
 * <p>The fair share of a zone is what each zone would have if they were of equal weight, since
 * clients are assumed to be spread evenly over zones. A zone that has at least the minimum, a
 * fraction of its fair share, keeps all calls of its clients. With less it keeps a part in
 * proportion, so that a shrinking zone hands over smoothly, and the rest goes to zones that have
 * more than their fair share, in proportion to what they have more: with a minimum of 1 and even
 * clients all instances are loaded alike. If the zone has nothing, calls go everywhere.
 *
 * <p>Instances that a {@link Subset} leaves out count as well: half of it is of the client's zone,
 * however small that is. As many of them are taken for ready as of the candidates of their zone.
 *
 * @param factors by zone, for the weights of its candidates; empty to leave all as they are
 * @param local the part of the calls that stays in the zone; 1 if none is preferred
 */
record ZoneShares(Map<String, Double> factors, double local) {
  /**
   * @param useful candidates of weight more than 0 each, one of them ready at least
   * @param unconnected weight by zone of the instances that are no candidates
   * @param zone the client's; empty to prefer none
   * @param minimum 0 to 1
   */
  static ZoneShares of(
      List<Candidate> useful, Map<String, Double> unconnected, String zone, double minimum) {
    if (zone.isEmpty()) {
      return new ZoneShares(Map.of(), 1);
    }
    Map<String, Double> ready = new HashMap<>();
    Map<String, Double> sought = new HashMap<>(); // what would be ready if all went well
    for (Candidate candidate : useful) {
      sought.merge(candidate.zone(), (double) candidate.member().weight(), Double::sum);
      if (candidate.isReady()) {
        ready.merge(candidate.zone(), candidate.weight(), Double::sum);
      }
    }
    if (!ready.containsKey(zone)) {
      return new ZoneShares(Map.of(), 0);
    }
    Map<String, Double> zones = new HashMap<>(unconnected);
    sought.forEach(
        (of, weight) -> {
          double part = ready.getOrDefault(of, 0.0) / weight;
          zones.put(of, ready.getOrDefault(of, 0.0) + part * unconnected.getOrDefault(of, 0.0));
        });
    zones.values().removeIf(weight -> weight == 0);
    double fair = sum(zones) / zones.size();
    double own = zones.get(zone);
    // With nothing ready elsewhere, all of them stay.
    double local = own >= minimum * fair || ready.size() == 1 ? 1 : own / (minimum * fair);
    return new ZoneShares(factors(ready, zones, zone, fair, local), local);
  }

  /** Returns the share of a candidate; only the proportions count. */
  double of(Candidate candidate) {
    return candidate.weight() * factors.getOrDefault(candidate.zone(), 1.0);
  }

  /** Returns by how much to multiply the weights of each zone. */
  private static Map<String, Double> factors(
      Map<String, Double> ready,
      Map<String, Double> zones,
      String zone,
      double fair,
      double local) {
    Map<String, Double> takers = new HashMap<>();
    ready.keySet().forEach(of -> takers.put(of, Math.max(0, zones.get(of) - fair)));
    takers.remove(zone);
    double surplus = sum(takers);
    if (surplus == 0) { // those that have more than their share are not connected
      takers.replaceAll((of, more) -> zones.get(of));
      surplus = sum(takers);
    }
    Map<String, Double> factors = new HashMap<>();
    for (var taker : takers.entrySet()) {
      double part = (1 - local) * taker.getValue() / surplus;
      factors.put(taker.getKey(), part / ready.get(taker.getKey()));
    }
    factors.put(zone, local / ready.get(zone));
    return factors;
  }

  private static double sum(Map<String, Double> weights) {
    return weights.values().stream().mapToDouble(weight -> weight).sum();
  }
}

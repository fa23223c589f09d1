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
 * @param factors by zone, for the weights of its candidates; empty to leave all as they are
 * @param local the part of the calls that stays in the zone; 1 if none is preferred
 */
record ZoneShares(Map<String, Double> factors, double local) {
  /**
   * @param ready of weight more than 0 each
   * @param zone the client's; empty to prefer none
   * @param minimum 0 to 1
   */
  static ZoneShares of(List<Candidate> ready, String zone, double minimum) {
    if (zone.isEmpty()) {
      return new ZoneShares(Map.of(), 1);
    }
    Map<String, Double> zones = new HashMap<>();
    zones.put(zone, 0.0);
    double total = 0;
    for (Candidate candidate : ready) {
      zones.merge(candidate.zone(), candidate.weight(), Double::sum);
      total += candidate.weight();
    }
    double own = zones.get(zone);
    if (own == 0) {
      return new ZoneShares(Map.of(), 0);
    }
    double fair = total / zones.size();
    double local = own >= minimum * fair ? 1 : own / (minimum * fair);
    return new ZoneShares(factors(zones, zone, fair, local), local);
  }

  /** Returns the share of a candidate; only the proportions count. */
  double of(Candidate candidate) {
    return candidate.weight() * factors.getOrDefault(candidate.zone(), 1.0);
  }

  /** Returns by how much to multiply the weights of each zone. */
  private static Map<String, Double> factors(
      Map<String, Double> zones, String zone, double fair, double local) {
    double surplus = 0;
    for (var entry : zones.entrySet()) {
      surplus += entry.getKey().equals(zone) ? 0 : Math.max(0, entry.getValue() - fair);
    }
    Map<String, Double> factors = new HashMap<>();
    for (var entry : zones.entrySet()) {
      double weight = entry.getValue();
      double more = Math.max(0, weight - fair);
      double part =
          entry.getKey().equals(zone) ? local : more == 0 ? 0 : (1 - local) * more / surplus;
      factors.put(entry.getKey(), part / weight);
    }
    return factors;
  }
}

package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.ServiceInstance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SubsetTest {
  private static final int CLIENTS = 500;
  private static final int INSTANCES = 1_000;
  private static final int SIZE = 20;

  private static Subset subset(int size, String client, String zone) {
    return Subset.of(
        BalancerConfig.defaults().withSubset(size).withZone(zone),
        "process and target of " + client);
  }

  private static Member member(int i, int weight, String zone) {
    return Member.of(
        FakeChannel.group(
            ServiceInstance.of("orders", "10.0." + i / 250 + "." + i % 250, 8080)
                .withWeight(weight)
                .withMetadata("zone", zone)));
  }

  private static List<Member> members(int count, String... zones) {
    return IntStream.range(0, count).mapToObj(i -> member(i, 1, zones[i % zones.length])).toList();
  }

  private static Set<String> ids(List<Member> members) {
    return members.stream().map(Member::id).collect(Collectors.toSet());
  }

  @Test
  void overManyClientsTheLoadIsEven() {
    List<Member> members = members(INSTANCES, "a");
    Map<String, Integer> clients = new HashMap<>();
    for (int client = 0; client < CLIENTS; client++) {
      List<Member> taken = subset(SIZE, "client-" + client, "").of(members);
      assertEquals(SIZE, taken.size());
      taken.forEach(member -> clients.merge(member.id(), 1, Integer::sum));
    }
    double mean = (double) CLIENTS * SIZE / INSTANCES;
    int most = clients.values().stream().mapToInt(count -> count).max().orElseThrow();
    double variance =
        members.stream()
                .mapToDouble(member -> clients.getOrDefault(member.id(), 0) - mean)
                .map(difference -> difference * difference)
                .sum()
            / INSTANCES;
    // As even as chance: about Poisson, whose variance is the mean. A poor hash is far off.
    assertEquals(mean, variance, mean * 0.2);
    assertTrue(most / mean < 2.5, "most clients of an instance: " + most + ", mean " + mean);
    assertTrue(clients.size() > INSTANCES * 0.99, "instances with clients: " + clients.size());
  }

  @Test
  void aChangeOfOneInstanceMovesAtMostOneConnectionOfAClient() {
    List<Member> before = members(INSTANCES, "a", "b", "c");
    int touched = 0;
    for (int client = 0; client < CLIENTS; client++) {
      String zone = client % 2 == 0 ? "" : "a";
      Subset subset = subset(SIZE, "client-" + client, zone);
      Set<String> taken = ids(subset.of(before));
      int victim = client * 2;
      String zoneOfVictim = before.get(victim).metadata("zone");
      List<Member> without = new ArrayList<>(before);
      without.remove(victim);
      List<Member> drained = new ArrayList<>(before);
      drained.set(victim, member(victim, 0, zoneOfVictim));
      List<Member> replaced = new ArrayList<>(before);
      replaced.set(victim, member(INSTANCES + client, 1, zoneOfVictim));
      for (List<Member> after : List.of(without, drained, replaced)) {
        Set<String> opened = new HashSet<>(ids(subset.of(after)));
        opened.removeAll(taken);
        assertTrue(opened.size() <= 1, "opened " + opened);
        assertTrue(
            opened.isEmpty() || after == replaced || taken.contains(before.get(victim).id()),
            "moved without need");
        touched += opened.size();
      }
    }
    assertTrue(touched > 0, "no client was concerned");
  }

  @Test
  void itIsTheSameInAnyOrderAndForAnyWeight() {
    Subset subset = subset(SIZE, "client", "");
    Set<String> expected = ids(subset.of(members(INSTANCES, "a")));
    List<Member> others = new ArrayList<>();
    for (int i = INSTANCES - 1; i >= 0; i--) {
      others.add(member(i, 1 + i % 7, "a"));
    }
    assertEquals(expected, ids(subset.of(others)));
  }

  @Test
  void halfIsOfThePreferredZoneIfThatIsThere() {
    List<Member> taken = subset(SIZE, "client", "a").of(members(INSTANCES, "a", "b", "b", "b"));
    assertEquals(SIZE, taken.size());
    long own = taken.stream().filter(member -> member.metadata("zone").equals("a")).count();
    assertTrue(own >= 10 && own < SIZE, own + " of the own zone");
    assertEquals(SIZE, subset(SIZE, "client", "z").of(members(INSTANCES, "a", "b")).size());
  }

  @Test
  void drainingInstancesGiveWay() {
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      members.add(member(i, i < 15 ? 1 : 0, "a"));
    }
    List<Member> taken = subset(SIZE, "client", "a").of(members);
    assertEquals(SIZE, taken.size());
    assertEquals(15, taken.stream().filter(member -> member.weight() > 0).count());
  }

  /** And across versions of this library: others would make whole fleets reconnect. */
  @Test
  void aClientKeyIsStableAcrossProcesses() {
    Subset subset =
        Subset.of(BalancerConfig.defaults().withSubset(2).withClientKey("pod-7"), "whatever");
    assertEquals(Set.of("10.0.0.2:8080", "10.0.0.6:8080"), ids(subset.of(members(9, "a"))));
  }

  @Test
  void zeroAndMoreThanThereAreMeanAll() {
    List<Member> members = members(5, "a");
    assertEquals(members, subset(0, "client", "").of(members));
    assertEquals(members, subset(5, "client", "").of(members));
    assertEquals(List.of(), subset(5, "client", "").of(List.of()));
  }
}

package io.discovery.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which instances a client connects, by rendezvous hashing: each client has an order of its own in
 * which it prefers the ids, and takes the first so many. So a change of one instance moves at most
 * one connection of a client, the order is the same whenever it is computed, and over many clients
 * each instance is taken about equally often.
 *
 * <p>Instances that drain stand last, whatever their place: they give way to ones of use. Half of
 * the places go to the preferred zone first, so that calls stay there and others stand by.
 *
 * @param size how many; 0 for all
 * @param client what makes this client's order its own
 * @param zone the preferred zone; empty if there is none
 */
record Subset(int size, long client, String zone, String zoneKey) {
  static Subset of(BalancerConfig config, String defaultClientKey) {
    String key = config.clientKey().isEmpty() ? defaultClientKey : config.clientKey();
    return new Subset(config.subset(), hash(key), config.zone(), config.zoneKey());
  }

  /** Returns the members to connect, in the order given. */
  List<Member> of(List<Member> members) {
    if (size == 0 || members.size() <= size) {
      return members;
    }
    List<Ranked> ranked = new ArrayList<>(members.size());
    for (Member member : members) {
      ranked.add(new Ranked(member, mix(client ^ hash(member.id()))));
    }
    ranked.sort(Ranked.ORDER);
    Set<String> taken = new HashSet<>();
    if (!zone.isEmpty()) {
      take(taken, (size + 1) / 2, ranked.stream().filter(this::isPreferred).toList());
    }
    take(taken, size, ranked);
    return members.stream().filter(member -> taken.contains(member.id())).toList();
  }

  private boolean isPreferred(Ranked ranked) {
    return ranked.member.weight() > 0 && ranked.member.metadata(zoneKey).equals(zone);
  }

  private static void take(Set<String> taken, int size, List<Ranked> ranked) {
    for (Ranked next : ranked) {
      if (taken.size() == size) {
        return;
      }
      taken.add(next.member.id());
    }
  }

  private record Ranked(Member member, long score) {
    static final Comparator<Ranked> ORDER =
        Comparator.<Ranked>comparingInt(ranked -> ranked.member.weight() > 0 ? 0 : 1)
            .thenComparingLong(Ranked::score)
            .thenComparing(ranked -> ranked.member.id());
  }

  /** FNV-1a, whose bits are then mixed: ids often differ in their last character alone. */
  static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : text.getBytes(UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return mix(hash);
  }

  /** The finalizer of SplitMix64: each bit of the input decides about each of the output. */
  private static long mix(long bits) {
    long mixed = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}

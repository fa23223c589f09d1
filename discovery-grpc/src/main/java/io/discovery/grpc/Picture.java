package io.discovery.grpc;

import io.grpc.ConnectivityState;
import io.grpc.Status;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * All that decides where calls go, at one moment. Immutable; equal pictures give equal choices.
 *
 * @param service for messages
 * @param unconnected the members that are no candidates, since the subset leaves them out
 * @param zone the client's; empty to prefer none
 * @param error what the name resolver said last, if that was an error
 */
record Picture(
    String service,
    List<Candidate> candidates,
    List<Member> unconnected,
    String zone,
    String zoneKey,
    double zoneMinimum,
    Optional<Status> error) {
  private static final int LONGEST = 60;

  /** Returns where calls go that ask for nothing. */
  Choice choice() {
    if (candidates.isEmpty()) {
      return error.map(Choice::fail).orElseGet(() -> Choice.fail("no instances of " + service));
    }
    return among(member -> true, "");
  }

  /** Returns where calls go that ask for something. */
  Choice choice(Routing routing) {
    Predicate<Member> allowed = having(routing.required());
    if (candidates.stream().map(Candidate::member).noneMatch(allowed)) {
      return candidates.isEmpty() ? choice() : Choice.fail(nobody(routing));
    }
    // Of the wishes as many as can be had, the first before the last.
    for (int wishes = routing.preferred().size(); wishes > 0; wishes--) {
      Choice choice = among(allowed.and(having(routing.preferred().subList(0, wishes))), "");
      if (choice.state() == ConnectivityState.READY) {
        return choice;
      }
    }
    return among(allowed, routing.required().isEmpty() ? "" : " with " + routing.required());
  }

  private Choice among(Predicate<Member> allowed, String with) {
    List<Candidate> some =
        candidates.stream().filter(candidate -> allowed.test(candidate.member())).toList();
    List<Candidate> useful = some.stream().filter(candidate -> !candidate.isDraining()).toList();
    List<Candidate> ready = useful.stream().filter(Candidate::isReady).toList();
    if (!ready.isEmpty()) {
      ZoneShares shares = ZoneShares.of(useful, unconnected(allowed), zone, zoneMinimum);
      return new Choice.Ready(Rotation.of(ready, shares::of), shares.local());
    }
    Predicate<Candidate> isBroken =
        candidate -> candidate.state() == ConnectivityState.TRANSIENT_FAILURE;
    if (!useful.stream().allMatch(isBroken)) {
      return Choice.WAIT;
    }
    if (error.isPresent()) {
      return Choice.fail(error.get());
    }
    return useful.isEmpty()
        ? Choice.fail(
            "all "
                + some.size()
                + (unconnected.isEmpty() ? " instances of " : " connected instances of ")
                + service
                + with
                + " drain (weight 0)")
        : new Choice.Broken(useful.get(0).picker());
  }

  /** Returns the weight by zone, if zones count. */
  private Map<String, Double> unconnected(Predicate<Member> allowed) {
    return zone.isEmpty()
        ? Map.of()
        : unconnected.stream()
            .filter(allowed)
            .collect(
                Collectors.groupingBy(
                    member -> member.metadata(zoneKey), Collectors.summingDouble(Member::weight)));
  }

  private static Predicate<Member> having(List<Routing.Condition> conditions) {
    return member ->
        conditions.stream()
            .allMatch(condition -> member.metadata(condition.key()).equals(condition.value()));
  }

  private String nobody(Routing routing) {
    String values = routing.required().stream().map(this::values).collect(Collectors.joining("; "));
    if (unconnected.isEmpty()) {
      return "no instance of "
          + service
          + " has "
          + routing.required()
          + " (its "
          + candidates.size()
          + " instances have "
          + values
          + ")";
    }
    return "none of the "
        + candidates.size()
        + " connected of "
        + (candidates.size() + unconnected.size())
        + " instances of "
        + service
        + " has "
        + routing.required()
        + " (they have "
        + values
        + "; fitting among the "
        + unconnected.size()
        + " that subset leaves out: "
        + unconnected.stream().filter(having(routing.required())).count()
        + ")";
  }

  private String values(Routing.Condition condition) {
    TreeSet<String> values = new TreeSet<>();
    candidates.forEach(candidate -> values.add(candidate.member().metadata(condition.key())));
    return condition.key()
        + ": "
        + values.stream().limit(5).map(Picture::shown).collect(Collectors.joining(", "));
  }

  /** Anybody may have written it, at any length. */
  private static String shown(String value) {
    String safe = Percent.encodeInvisible(value);
    return "'" + (safe.length() > LONGEST ? safe.substring(0, LONGEST) + "…" : safe) + "'";
  }
}

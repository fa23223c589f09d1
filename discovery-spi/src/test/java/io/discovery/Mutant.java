package io.discovery;

import static io.discovery.SimOracle.CONVERGENCE;
import static io.discovery.SimOracle.EXACT_NEWS;
import static io.discovery.SimOracle.FRESH_START;
import static io.discovery.SimOracle.HONEST_STATUS;
import static io.discovery.SimOracle.LAST_KNOWN_GOOD;
import static io.discovery.SimOracle.OWNERSHIP;
import static io.discovery.SimOracle.PACE;
import static io.discovery.SimOracle.PROTOCOL;
import static io.discovery.SimOracle.QUIET;
import static io.discovery.SimOracle.RESET_GRACE;
import static io.discovery.SimOracle.TRANSITIONS;

/** Engines that are wrong in one place, and which promise each of them breaks. */
enum Mutant {
  HEALS_BY_TAKING_OVER(
      "RegistrationTask",
      "everWritten ? Claim.HEAL : Claim.TAKE_OVER",
      "Claim.TAKE_OVER",
      OWNERSHIP),
  REVIVED_BY_A_LATE_ACKNOWLEDGEMENT(
      "RegistrationTask", "if (state != State.CLOSED) {", "if (true) {", TRANSITIONS),
  TAKES_A_FAILED_WRITE_FOR_UNDONE(
      "RegistrationTask",
      "state == State.REGISTERED && !inDoubt &&",
      "state == State.REGISTERED &&",
      CONVERGENCE),
  HEALS_WITH_OLD_CONTENT(
      "RegistrationTask", "write(declared.get());", "write(written);", OWNERSHIP),
  FORGETS_LOSSES(
      "RegistrationTask", "if (state == State.REGISTERED) {", "if (false) {", CONVERGENCE),
  TWO_HANDLES_OF_ONE_NAME(
      "RegistryEngine",
      "predecessor.task().whenSettled(() -> registration.task().start());",
      "registration.task().start();",
      PROTOCOL),
  ASKS_A_BACKEND_THAT_IS_SHUT_DOWN(
      "RegistryEngine", "unsettled.forEach(RegistrationTask::abandon);", "", QUIET),
  REFUSED_CREDENTIALS_RETRIED_HOT("Backoff", "case DENIED -> 5_000;", "case DENIED -> 0;", PACE),
  BELIEVES_SILENCE(
      "Stream",
      "SILENCE_NANOS = Duration.ofSeconds(1)",
      "SILENCE_NANOS = Duration.ofSeconds(30)",
      HONEST_STATUS),
  WAITS_LONG_FOR_A_PROOF(
      "Stream", "PROOF = Duration.ofSeconds(2)", "PROOF = Duration.ofSeconds(20)", HONEST_STATUS),
  EMPTY_IN_AN_OUTAGE(
      "ServiceView",
      "watchers.addAll(joiningNext);",
      "watchers.addAll(joiningNext); if (snapshot.isPresent()) {"
          + " snapshot = Optional.of(new Snapshot(service, ++sequence, java.util.List.of())); }",
      LAST_KNOWN_GOOD),
  GIVES_UP("ServiceView", "retry.after(cause.reason());", "", CONVERGENCE),
  JOINERS_GET_WHAT_IS_THERE(
      "ServiceView",
      "} else if (stream == null || status.phase() == Phase.STALE) {",
      "} else if (snapshot.isPresent()) {",
      FRESH_START),
  NEVER_READS_AGAIN(
      "Stream",
      "resync = engine.loop.schedule(untilResync(), sink::onResync);",
      "resync = engine.loop.schedule(untilResync(), () -> {});",
      CONVERGENCE),
  NO_GRACE_AFTER_A_RESET("Contents", "if (reset && ", "if (false && ", RESET_GRACE),
  A_NEW_READ_REMOVES_NOTHING(
      "Contents",
      "Map<String, ServiceInstance> next = new LinkedHashMap<>(listing.entries().size() * 2);",
      "Map<String, ServiceInstance> next = new LinkedHashMap<>(before);",
      HONEST_STATUS),
  BELIEVES_A_PART(
      "Decoder", "&& prepared.get(ready).entry().equals(listed.get(ready))", "", FRESH_START),
  TELLS_EQUAL_SETS(
      "LocalWatcher", "&& !before.get().instances().equals(next.instances()));", ");", EXACT_NEWS),
  CALLS_AFTER_CLOSE("Mailbox", "if (closed || engine.isClosed()) {", "if (false) {", QUIET),
  LOSES_THE_LAST_NEWS(
      "Mailbox",
      "if (signals.addAndGet(-seen) != 0) {",
      "signals.set(0); if (false) {",
      CONVERGENCE);

  final String source;
  final String original;
  final String replacement;
  final SimOracle breaks;

  Mutant(String source, String original, String replacement, SimOracle breaks) {
    this.source = source;
    this.original = original;
    this.replacement = replacement;
    this.breaks = breaks;
  }
}

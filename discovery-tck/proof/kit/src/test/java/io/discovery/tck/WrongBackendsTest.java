package io.discovery.tck;

import static java.util.function.Predicate.not;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.tck.KitRun.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A kit that cannot fail proves nothing: each {@link Wrong} backend fails the test made for it,
 * which says so, and none but those that its fault concerns; each {@link Odd} one passes; and each
 * test of the kit fails for somebody, or it is written here why not.
 *
 * <p>A subject meets the chapters of its fault and {@link #COMMON a test of every other}; with
 * {@code -Ddiscovery.test.wrong=whole} it meets the whole kit. All runs are made first, in a crowd.
 * There a test may starve for longer than its bounds allow, so what comes out unexpectedly is run
 * again alone, and that counts.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WrongBackendsTest {
  private static final int CROWD = 24;
  private static final boolean WHOLE = "whole".equals(System.getProperty("discovery.test.wrong"));

  /** Look at or change what belongs to the whole JVM. */
  private static final Set<String> ALONE =
      Set.of(
          "s313_oneWarningNamesTheKey",
          "s402_tenThousandInstances",
          "s502_nothingFollowsClose",
          "s504_threadsAreDaemonsWithNames",
          "s601_foundByName",
          "s701_aBadValueSaysWhatWasExpected",
          "s701_anUnknownPropertyIsWarnedAboutOnce",
          "s702_secretsAreNeitherThrownNorLogged",
          "s705_logLinesAreEscaped");

  /** Met only by those who fail it; {@link MemoryTckTest} is the control. */
  private static final Set<String> LONG = Set.of("s402_tenThousandInstances");

  private static final Set<String> COMMON =
      Set.of(
          "s102_anyIdRoundTrips",
          "s104_everyValidInstanceRoundTrips",
          "s201_registerNeverWaits",
          "s205_updatesInFlightAreConflated",
          "s207_anExpiredOwnerRegistersAgain",
          "s211_closeRemovesAtOnce",
          "s301_theFirstCallbackIsComplete",
          "s307_aCutWithoutChangesIsSilent",
          "s309_staleWhenRefused",
          "s313_aHugeRecordHidesNothing",
          "s314_anyCallIsLegalInsideACallback",
          "s401_listIsFreshAndComplete",
          "s501_closeDeregistersEverything",
          "s505_oneConnectionPerRegistry");

  private final Logger log = Logger.getLogger("io.discovery");
  private Map<Subject, List<Outcome>> outcomes = Map.of();

  @BeforeAll
  void runAll() throws InterruptedException, ExecutionException {
    log.setUseParentHandlers(false); // what thousands of runs complain of on purpose
    List<KitRun> runs =
        Stream.<Subject>concat(Arrays.stream(Odd.values()), Arrays.stream(Wrong.values()))
            .flatMap(subject -> tests(subject).map(test -> new KitRun(subject, test)))
            .collect(toCollection(ArrayList::new));
    Collections.shuffle(runs, new Random(0)); // so that tests of a kind do not meet
    List<Outcome> all = new ArrayList<>();
    for (Outcome outcome : run(CROWD, runs.stream().filter(not(WrongBackendsTest::isAlone)))) {
      all.add(outcome.isExpected() ? outcome : run(1, Stream.of(outcome.run())).get(0));
    }
    all.addAll(run(1, runs.stream().filter(WrongBackendsTest::isAlone)));
    outcomes = all.stream().collect(groupingBy(outcome -> outcome.run().subject()));
  }

  @AfterAll
  void logAgain() {
    log.setUseParentHandlers(true);
  }

  private static boolean isAlone(KitRun run) {
    return ALONE.contains(run.test());
  }

  private static Stream<String> tests(Subject subject) {
    Set<Class<?>> chapters = subject.chapters().map(KitRun::chapter).collect(toSet());
    return KitRun.tests().stream()
        .filter(
            test ->
                subject.mayFail(test)
                    || (!LONG.contains(test)
                        && (subject == Odd.RIGHT
                            || WHOLE
                            || COMMON.contains(test)
                            || chapters.contains(KitRun.chapter(test)))));
  }

  private static List<Outcome> run(int atOnce, Stream<KitRun> runs)
      throws InterruptedException, ExecutionException {
    ExecutorService threads = KitRun.threads(atOnce);
    List<Outcome> done = new ArrayList<>();
    for (Future<Outcome> outcome : runs.map(run -> run.on(threads)).toList()) {
      done.add(outcome.get());
    }
    threads.shutdown();
    return done;
  }

  /** The designated test fails, names its rule and what it saw; no unrelated test fails. */
  @ParameterizedTest
  @EnumSource
  void isNoticed(Wrong wrong) {
    Map<String, String> failures = failures(wrong);
    assertTrue(
        failures.containsKey(wrong.noticedBy),
        () -> wrong + " passes " + wrong.noticedBy + "; it fails " + failures);
    String message = failures.get(wrong.noticedBy);
    assertTrue(
        wrong.isNamedIn(message),
        () -> wrong + ": '" + message + "' (expected: its rule and '" + wrong.says + "')");
    failures.keySet().removeIf(wrong::mayFail);
    assertEquals(Map.of(), failures, () -> wrong + " fails tests that its fault does not concern");
  }

  /** No test fails. */
  @ParameterizedTest
  @EnumSource
  void isPassed(Odd odd) {
    assertEquals(Map.of(), failures(odd), () -> odd + " fails");
  }

  private Map<String, String> failures(Subject subject) {
    Map<String, String> failures = new TreeMap<>();
    outcomes.get(subject).stream()
        .filter(Outcome::failed)
        .forEach(outcome -> failures.put(outcome.test(), outcome.message()));
    return failures;
  }

  /** Each test of the kit fails for somebody, or it says here why it cannot. */
  @Test
  void everyTestCanFail() {
    Set<String> guarded =
        outcomes.values().stream()
            .flatMap(Collection::stream)
            .filter(Outcome::failed)
            .map(Outcome::test)
            .collect(toCollection(TreeSet::new));
    Set<String> unguarded = new TreeSet<>(KitRun.tests());
    unguarded.removeAll(guarded);
    outcomes.get(Odd.RIGHT).stream()
        .filter(Outcome::skipped)
        .map(Outcome::test)
        .forEach(unguarded::remove);
    unguarded.removeAll(Unbreakable.REASONS.keySet());
    assertEquals(Set.of(), unguarded, "tests that nobody fails and that give no reason");
  }
}

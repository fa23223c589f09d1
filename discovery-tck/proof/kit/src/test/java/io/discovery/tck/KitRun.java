package io.discovery.tck;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;
import static org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder.request;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * One test of the kit on one {@link Subject}, by a JUnit launcher of its own. Most of a test is
 * waiting, so many run at once; each on a thread in a group of its own, because the kit counts the
 * threads of its group.
 */
record KitRun(Subject subject, String test) {
  /** Returns the names of the kit's tests. */
  static List<String> tests() {
    return Arrays.stream(WrongKit.class.getMethods())
        .filter(method -> method.isAnnotationPresent(Test.class))
        .map(Method::getName)
        .sorted()
        .toList();
  }

  /** Returns the chapter that a test stands in. */
  static Class<?> chapter(String test) {
    return Arrays.stream(WrongKit.class.getMethods())
        .filter(method -> method.getName().equals(test))
        .map(Method::getDeclaringClass)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no test is called " + test));
  }

  /** Returns the rule that a test is named after. */
  static String rule(String test) {
    return test.charAt(1) + "." + Integer.parseInt(test.substring(2, 4));
  }

  /** Returns threads for runs, daemons so that the kit takes none of theirs for a backend's. */
  static ExecutorService threads(int count) {
    AtomicInteger number = new AtomicInteger();
    return Executors.newFixedThreadPool(
        count,
        task -> {
          String name = "kit-run-" + number.incrementAndGet();
          Thread thread = new Thread(new ThreadGroup(name), task, name);
          thread.setDaemon(true);
          return thread;
        });
  }

  Future<Outcome> on(ExecutorService threads) {
    return threads.submit(this::run);
  }

  Outcome run() {
    Listener listener = new Listener();
    LauncherFactory.create()
        .execute(
            request()
                .configurationParameter(WrongKit.SUBJECT, subject.name())
                .selectors(selectMethod(WrongKit.class, test))
                .build(),
            listener);
    return new Outcome(
        this, listener.result.orElseThrow(() -> new AssertionError(this + " did not run")));
  }

  /** How a run ended. */
  record Outcome(KitRun run, TestExecutionResult result) {
    String test() {
      return run.test;
    }

    boolean failed() {
      return result.getStatus() == TestExecutionResult.Status.FAILED;
    }

    boolean skipped() {
      return result.getStatus() == TestExecutionResult.Status.ABORTED;
    }

    boolean isExpected() {
      return run.subject.expects(this);
    }

    /** Returns what the test said when it failed. */
    String message() {
      return result.getThrowable().map(Throwable::getMessage).orElse("");
    }
  }

  private static final class Listener implements TestExecutionListener {
    private Optional<TestExecutionResult> result = Optional.empty();

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult finished) {
      if (test.isTest() || finished.getStatus() == TestExecutionResult.Status.FAILED) {
        result = Optional.of(finished);
      }
    }
  }
}

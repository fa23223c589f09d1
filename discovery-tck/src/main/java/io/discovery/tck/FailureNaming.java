package io.discovery.tck;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/**
 * Makes every failure of the kit say which rule is broken and where it is written what to check,
 * also one that comes out of the library instead of an assertion. Stateless.
 */
final class FailureNaming
    implements TestExecutionExceptionHandler, LifecycleMethodExecutionExceptionHandler {
  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    throw named(context, failure);
  }

  @Override
  public void handleAfterEachMethodExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    throw named(context, failure);
  }

  private static Throwable named(ExtensionContext context, Throwable failure) {
    if (failure instanceof TestAbortedException
        || !(context.getRequiredTestInstance() instanceof DiscoveryTck tck)) {
      return failure;
    }
    String said = failure instanceof AssertionError ? failure.getMessage() : failure.toString();
    String rule = "rule " + tck.scenario().rule();
    var test = context.getRequiredTestMethod();
    return new AssertionError(
        (said.contains(rule) ? said : rule + ": " + said)
            + "\n  what to check: see "
            + test.getDeclaringClass().getSimpleName()
            + "."
            + test.getName(),
        failure);
  }
}

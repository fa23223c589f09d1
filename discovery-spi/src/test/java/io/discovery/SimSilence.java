package io.discovery;

/**
 * Keeps the engine's log quiet: thousands of worlds that go wrong have much to warn about. By
 * reflection, because the module does without java.logging.
 */
final class SimSilence {
  private static Object logger; // held, so that its level is not forgotten

  private SimSilence() {}

  static void begin() {
    setLevel("OFF");
  }

  static void end() {
    setLevel("WARNING");
  }

  private static void setLevel(String name) {
    try {
      Class<?> loggers = Class.forName("java.util.logging.Logger");
      Class<?> levels = Class.forName("java.util.logging.Level");
      logger = loggers.getMethod("getLogger", String.class).invoke(null, "io.discovery");
      loggers.getMethod("setLevel", levels).invoke(logger, levels.getField(name).get(null));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("no java.logging (expected: test.jvm.args of the pom)", e);
    }
  }
}

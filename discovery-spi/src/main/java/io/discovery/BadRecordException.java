package io.discovery;

/**
 * A record that is no instance in its format (rule 3.13). Everyday business, so without a stack
 * trace.
 */
final class BadRecordException extends Exception {
  private static final long serialVersionUID = 1;

  BadRecordException(String message) {
    super(message, null, false, false);
  }
}

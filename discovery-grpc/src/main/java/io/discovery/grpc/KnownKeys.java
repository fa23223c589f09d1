package io.discovery.grpc;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Helps whoever has mistyped a key. */
final class KnownKeys {
  private KnownKeys() {}

  /** Returns the message for a key that is none of these, with the nearest one. */
  static String unknown(String key, List<String> known) {
    return "unknown key '"
        + key
        + "' (nearest known key: '"
        + nearest(key, known)
        + "'; all: "
        + known
        + ")";
  }

  /** Tells whether half of a key at least is as in one of these. */
  static boolean isNear(String key, List<String> known) {
    return 2 * distance(key, nearest(key, known)) <= key.length();
  }

  private static String nearest(String key, List<String> known) {
    return known.stream()
        .min(Comparator.comparingInt(candidate -> distance(key, candidate)))
        .orElseThrow();
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, j -> j);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substitute, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}

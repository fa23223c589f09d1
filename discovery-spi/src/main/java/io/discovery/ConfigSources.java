package io.discovery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Reads a {@link RegistryConfig} from system properties and environment, and names the nearest
 * known key for a slip.
 */
final class ConfigSources {
  private static final String PROPERTY = "discovery.";
  private static final String VARIABLE = "DISCOVERY_";

  private ConfigSources() {}

  /** Reads both sources; a system property beats the variable of the same key. */
  static RegistryConfig read(Properties properties, Map<String, String> environment) {
    RegistryConfig config = RegistryConfig.defaults();
    for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
      if (variable.getKey().startsWith(VARIABLE)) {
        String key = keyOf(variable.getKey().substring(VARIABLE.length()));
        config =
            config.with(
                key, variable.getValue(), "environment variable " + variable.getKey(), false);
      }
    }
    for (String name : new TreeMap<>(properties).keySet().stream().map(Object::toString).toList()) {
      // discovery.test.* belongs to the TCK.
      if (name.startsWith(PROPERTY) && !name.startsWith(PROPERTY + "test.")) {
        config =
            config.with(
                name.substring(PROPERTY.length()),
                properties.getProperty(name, ""),
                "system property " + name,
                false);
      }
    }
    return config;
  }

  /** Returns the message for a key nobody knows, with the nearest known one. */
  static String unknown(String key, String origin, Collection<String> options) {
    List<String> known = new ArrayList<>(options);
    Arrays.stream(Setting.values()).forEach(setting -> known.add(setting.key));
    String nearest = known.get(0);
    for (String candidate : known) {
      nearest = distance(key, candidate) < distance(key, nearest) ? candidate : nearest;
    }
    return "unknown key '"
        + Names.escape(key)
        + "' from "
        + origin
        + " (nearest known key: '"
        + nearest
        + "'; all: "
        + known
        + ")";
  }

  /**
   * A variable cannot hold '.' and '-': REQUEST_TIMEOUT is request-timeout, ETCD_PAGE_SIZE is
   * etcd.page-size.
   */
  private static String keyOf(String variable) {
    for (Setting setting : Setting.values()) {
      if (variable.equals(setting.key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"))) {
        return setting.key;
      }
    }
    return variable.toLowerCase(Locale.ROOT).replaceFirst("_", ".").replace('_', '-');
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

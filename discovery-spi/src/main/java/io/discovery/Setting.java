package io.discovery;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Every setting of a {@link RegistryConfig}: its key in code, as system property {@code
 * discovery.KEY} and as environment variable {@code DISCOVERY_KEY}, the form its value must have,
 * and its default. The one table behind parsing, messages and documentation.
 */
@SuppressWarnings(
    "ImmutableEnumChecker") // Durations, lists and static methods: immutable, in types that cannot
// say so
enum Setting {
  BACKEND(
      "backend", "a backend's name: lower case letters, digits and '-'", null, Setting::backend),
  ENDPOINTS(
      "endpoints",
      "host:port or http(s)://host:port, several separated by commas",
      List.of(),
      Setting::list),
  NAMESPACE(
      "namespace", "path segments separated by '/', without '.' or '..'", null, Setting::namespace),
  FORMAT("format", "one of " + Codecs.names(), null, Setting::format),
  TTL("ttl", "a duration of more than zero such as 10s", Duration.ofSeconds(10), Setting::duration),
  REQUEST_TIMEOUT(
      "request-timeout", "a duration such as 1500ms", Duration.ofSeconds(2), Setting::duration),
  LIST_TIMEOUT("list-timeout", "a duration such as 10s", Duration.ofSeconds(10), Setting::duration),
  CLOSE_TIMEOUT(
      "close-timeout", "a duration of at most 4s", Duration.ofSeconds(2), Setting::closeTimeout),
  RESYNC_INTERVAL(
      "resync-interval", "a duration such as 5m", Duration.ofMinutes(5), Setting::duration),
  MAX_INSTANCES("max-instances", "1..1000000", 20_000, Setting::maxInstances),
  USER("user", "a user name", null, text -> text),
  PASSWORD("password", "a password", null, text -> text),
  TLS("tls", "true or false", false, Setting::flag),
  TLS_CA("tls.ca", "a readable PEM file with the certificates to trust", null, Setting::file),
  TLS_CERT(
      "tls.cert", "a readable PEM file with the client's certificate chain", null, Setting::file),
  TLS_KEY(
      "tls.key", "a readable PEM file with the client's PKCS#8 private key", null, Setting::file);

  private static final Pattern AMOUNT = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

  final String key;
  final String expected;
  private final Object fallback;
  private final Function<String, Object> parse;

  Setting(String key, String expected, Object fallback, Function<String, Object> parse) {
    this.key = key;
    this.expected = expected;
    this.fallback = fallback;
    this.parse = parse;
  }

  static Optional<Setting> of(String key) {
    return Arrays.stream(values()).filter(setting -> setting.key.equals(key)).findFirst();
  }

  /** Returns the default, absent where there is none or the backend or format supplies it. */
  Optional<Object> fallback() {
    return Optional.ofNullable(fallback);
  }

  /** Parses a value, or fails with key, value, expected form and where it came from (rule 7.1). */
  Object parse(String text, String origin) {
    try {
      return parse.apply(text.strip());
    } catch (IllegalArgumentException | DateTimeParseException | ArithmeticException e) {
      String shown = this == PASSWORD ? "***" : Names.escape(text);
      throw new IllegalArgumentException(
          key + ": '" + shown + "' from " + origin + " (expected: " + expected + ")", e);
    }
  }

  private static String backend(String text) {
    return require(text.matches("[a-z0-9][a-z0-9-]*"), text);
  }

  private static List<String> list(String text) {
    List<String> items =
        Arrays.stream(text.split(",", -1))
            .map(String::strip)
            .filter(item -> !item.isEmpty())
            .toList();
    require(!items.isEmpty(), text);
    return items;
  }

  private static String namespace(String text) {
    String trimmed = text.replaceAll("/+$", "");
    boolean fits =
        Names.isWellFormed(trimmed) && trimmed.chars().noneMatch(c -> Character.isISOControl(c));
    for (String segment :
        (trimmed.startsWith("/") ? trimmed.substring(1) : trimmed).split("/", -1)) {
      fits &=
          !segment.equals(".")
              && !segment.equals("..")
              && (!segment.isEmpty() || trimmed.isEmpty());
    }
    return require(fits, trimmed);
  }

  private static String format(String text) {
    return require(Codecs.names().contains(text), text);
  }

  static Duration duration(String text) {
    Matcher amount = AMOUNT.matcher(text.toLowerCase(Locale.ROOT));
    Duration duration;
    if (amount.matches()) {
      long count = Long.parseLong(amount.group(1));
      duration =
          switch (amount.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            default -> Duration.ofHours(count);
          };
    } else {
      duration = Duration.parse(text);
    }
    require(isUsable(duration), text);
    return duration;
  }

  /** Refuses a duration from code that configuration would refuse, before any I/O (rule 1.3). */
  static void checkDuration(String field, Duration duration) {
    if (!isUsable(duration)) {
      throw new IllegalArgumentException(
          field + ": " + duration + " (expected: more than zero and less than ten years)");
    }
  }

  private static boolean isUsable(Duration duration) {
    return !duration.isNegative() && !duration.isZero() && duration.toDays() < 3650;
  }

  private static Duration closeTimeout(String text) {
    Duration duration = duration(text);
    require(duration.compareTo(Duration.ofSeconds(4)) <= 0, text);
    return duration;
  }

  private static Integer maxInstances(String text) {
    int count = Integer.parseInt(text);
    require(count >= 1 && count <= 1_000_000, text);
    return count;
  }

  private static Boolean flag(String text) {
    require(text.equals("true") || text.equals("false"), text);
    return Boolean.valueOf(text);
  }

  private static Path file(String text) {
    Path path = Path.of(text);
    require(Files.isReadable(path) && !Files.isDirectory(path), text);
    return path;
  }

  private static String require(boolean holds, String text) {
    if (!holds) {
      throw new IllegalArgumentException("out of bounds");
    }
    return text;
  }
}

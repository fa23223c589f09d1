package io.discovery.grpc;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Every setting of a {@link BalancerConfig}: its key in targets ({@code slow-start}) and in service
 * configs ({@code slowStart}), the form its value must have, and its default. The one table behind
 * parsing and messages.
 */
@SuppressWarnings("ImmutableEnumChecker") // durations and static methods: immutable
enum BalancerSetting {
  ZONE("zone", "the name of a zone", "", text -> text),
  ZONE_KEY("zone-key", "a metadata key", "zone", BalancerSetting::name),
  ZONE_MINIMUM("zone-minimum", "a percentage, 0..100", 70, text -> number(text, 100)),
  SLOW_START(
      "slow-start",
      "a duration such as 30s, at most 24h",
      Duration.ZERO,
      BalancerSetting::duration),
  SUBSET(
      "subset",
      "how many instances to connect, 0..1000000, 0 for all",
      0,
      text -> number(text, 1_000_000)),
  CLIENT_KEY("client-key", "a name of this client", "", text -> text);

  private static final Pattern AMOUNT = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m|h)");
  private static final Duration LONGEST = Duration.ofHours(24);

  final String key;
  final String jsonKey;
  final Object fallback;
  private final String expected;
  private final Function<String, Object> parse;

  BalancerSetting(String key, String expected, Object fallback, Function<String, Object> parse) {
    this.key = key;
    this.jsonKey = camelCase(key);
    this.expected = expected;
    this.fallback = fallback;
    this.parse = parse;
  }

  /** Returns the setting with this key of targets. */
  static Optional<BalancerSetting> ofKey(String key) {
    return Arrays.stream(values()).filter(setting -> setting.key.equals(key)).findFirst();
  }

  /** Returns the setting with this key of service configs. */
  static Optional<BalancerSetting> ofJsonKey(String key) {
    return Arrays.stream(values()).filter(setting -> setting.jsonKey.equals(key)).findFirst();
  }

  static List<String> keys() {
    return Arrays.stream(values()).map(setting -> setting.key).toList();
  }

  static List<String> jsonKeys() {
    return Arrays.stream(values()).map(setting -> setting.jsonKey).toList();
  }

  /**
   * Returns the value behind a text.
   *
   * @throws IllegalArgumentException if it has another form; the message says which was expected
   */
  Object parse(String text) {
    try {
      return parse.apply(text);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(key + ": '" + text + "' (expected: " + expected + ")", e);
    }
  }

  /**
   * Returns the value behind one of a service config, where numbers are {@link Double}.
   *
   * @throws IllegalArgumentException as {@link #parse}
   */
  Object parseJson(Object json) {
    try {
      return parse.apply(
          json instanceof Double number
              ? new BigDecimal(number).stripTrailingZeros().toPlainString()
              : Objects.requireNonNull((String) json));
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          jsonKey + ": '" + json + "' (expected: " + expected + ")", e);
    }
  }

  /** Returns what {@link #parseJson} makes this value of. */
  static Object toJson(Object value) {
    return value instanceof Integer number ? (Object) number.doubleValue() : toText(value);
  }

  /** Returns what {@link #parse} makes this value of. */
  static String toText(Object value) {
    if (value instanceof Duration duration) {
      return duration.toMillis() % 1_000 == 0
          ? duration.toSeconds() + "s"
          : duration.toMillis() + "ms";
    }
    return value.toString();
  }

  private static String camelCase(String key) {
    return Pattern.compile("-(.)")
        .matcher(key)
        .replaceAll(match -> match.group(1).toUpperCase(Locale.ROOT));
  }

  private static String name(String text) {
    require(!text.isEmpty());
    return text;
  }

  private static Integer number(String text, int most) {
    int number = Integer.parseInt(text);
    require(number >= 0 && number <= most);
    return number;
  }

  private static Duration duration(String text) {
    Matcher amount = AMOUNT.matcher(text);
    require(amount.matches());
    long unit =
        switch (amount.group(2)) {
          case "ms" -> 1;
          case "s" -> 1_000;
          case "m" -> 60_000;
          default -> 3_600_000;
        };
    Duration duration =
        Duration.ofMillis(
            new BigDecimal(amount.group(1)).multiply(BigDecimal.valueOf(unit)).longValue());
    require(duration.compareTo(LONGEST) <= 0);
    return duration;
  }

  private static void require(boolean fits) {
    if (!fits) {
      throw new IllegalArgumentException("unfit");
    }
  }
}

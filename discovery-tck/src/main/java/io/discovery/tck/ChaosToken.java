package io.discovery.tck;

import io.discovery.ServiceInstance;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes every content of a run unique and says where it comes from. It travels in the metadata, so
 * that the bytes in the store and the instance in a view can be told apart without a codec.
 * Immutable.
 *
 * @param epoch numbers the calls of {@code register} in the whole run
 * @param version numbers the contents within an epoch
 * @param stamp the wall clock when it was declared: no commit of it can be older
 */
record ChaosToken(int epoch, int version, long stamp) {
  private static final Pattern FORM = Pattern.compile("chaos-(\\d+)-(\\d+)-(\\d+)");
  private static final String KEY = "chaos";

  /** Finds the token in a record's text. */
  static Optional<ChaosToken> in(String text) {
    Matcher found = FORM.matcher(text);
    return found.find()
        ? Optional.of(
            new ChaosToken(
                Integer.parseInt(found.group(1)),
                Integer.parseInt(found.group(2)),
                Long.parseLong(found.group(3))))
        : Optional.empty();
  }

  /** Finds the token of an instance that is exactly what was declared with it. */
  static Optional<ChaosToken> of(ServiceInstance instance) {
    return in(instance.metadata().getOrDefault(KEY, ""))
        .filter(token -> token.instance(instance.service(), instance.id()).equals(instance));
  }

  /** Returns what is declared with this token; every third version moves to another port. */
  ServiceInstance instance(String service, String id) {
    return new ServiceInstance(
        service,
        id,
        "10.0.0." + (1 + epoch % 200),
        8_000 + version / 3,
        1 + version % 5,
        Map.of(KEY, "chaos-" + epoch + "-" + version + "-" + stamp));
  }

  @Override
  public String toString() {
    return "e" + epoch + "v" + version;
  }
}

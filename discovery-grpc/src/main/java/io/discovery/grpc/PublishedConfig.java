package io.discovery.grpc;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.grpc.NameResolver.ConfigOrError;
import io.grpc.NameResolver.ServiceConfigParser;
import io.grpc.Status;
import java.io.IOException;
import java.io.StringReader;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The service config that operators publish for a service, as a channel may use it: a bad one never
 * reaches the channel, which would fail its calls, but leaves the last good one standing. What the
 * channel's own target says about load balancing goes before it, except what is said of the same
 * policy in more detail. For one thread at a time.
 *
 * <p>A channel that is built, or leaves idle mode, while a bad one stands there goes on with the
 * last good one that others of this process know, or with its own if none does. So it does while
 * the store cannot be asked.
 */
final class PublishedConfig {
  private static final Logger LOG = System.getLogger("io.discovery.grpc");
  private static final int LONGEST = 1 << 16;
  private static final int DEEPEST = 32;
  private static final int MOST_SHOWN = 500;
  private static final String POLICIES = "loadBalancingConfig";
  private static final TypeAdapter<Object> OBJECT = new Gson().getAdapter(Object.class);

  private final String service;
  private final ServiceConfigParser parser;
  private final Map<String, ?> own;
  private Optional<String> seen; // null before the first look
  private Optional<String> used = Optional.empty();
  private Optional<ConfigOrError> good = Optional.empty(); // what was made of that

  /**
   * @param service for messages
   * @param own what the target says, in the form of a service config; empty for nothing
   */
  PublishedConfig(String service, ServiceConfigParser parser, Map<String, ?> own) {
    this.service = service;
    this.parser = parser;
    this.own = own;
  }

  /**
   * Returns what the channel is to use; empty for its own config.
   *
   * @param text the newest
   * @param lastKnown keeps the newest that was good, for all channels to the service
   */
  Optional<ConfigOrError> of(Optional<String> text, LastKnown lastKnown) {
    if (!text.equals(seen)) {
      seen = text;
      try {
        use(text);
        lastKnown.rememberGoodConfig(own, text);
      } catch (IllegalArgumentException e) {
        LOG.log(
            Level.WARNING,
            "the published service config of {0} is bad and changes nothing: {1}",
            service,
            shown(e.getMessage()));
        goOnWithLast(lastKnown);
      }
    }
    return good;
  }

  /** Returns what the channel is to use while the newest is not known. */
  Optional<ConfigOrError> ofLast(LastKnown lastKnown) {
    goOnWithLast(lastKnown);
    return good;
  }

  private void use(Optional<String> text) {
    if (!text.equals(used)) {
      good = text.map(this::parse);
      used = text;
    }
  }

  private void goOnWithLast(LastKnown lastKnown) {
    try {
      use(lastKnown.goodConfig(own, used));
    } catch (IllegalArgumentException onlyOthersCanUseIt) {
      // Their parsers know more. What this channel has stays.
    }
  }

  private ConfigOrError parse(String text) {
    ConfigOrError parsed = parser.parseServiceConfig(read(text));
    Status error = parsed.getError();
    if (error != null) {
      String what = error.getDescription() == null ? "refused" : error.getDescription();
      throw new IllegalArgumentException(
          error.getCause() == null ? what : what + ": " + error.getCause().getMessage());
    }
    return parsed;
  }

  /** Numbers come as doubles, which is what gRPC reads. */
  private Map<String, ?> read(String text) {
    if (text.length() > LONGEST) {
      throw new IllegalArgumentException(
          text.length() + " characters (expected: at most " + LONGEST + ")");
    }
    try (JsonReader json = new JsonReader(new StringReader(text))) {
      json.setStrictness(Strictness.STRICT);
      json.setNestingLimit(DEEPEST);
      Object read = OBJECT.read(json);
      if (json.peek() == JsonToken.END_DOCUMENT && read instanceof Map<?, ?> members) {
        Map<String, Object> merged = new LinkedHashMap<>();
        members.forEach((name, value) -> merged.put((String) name, value));
        if (!ofOwnPolicy(merged.get(POLICIES))) {
          merged.putAll(own);
        }
        return merged;
      }
    } catch (JsonParseException | IOException e) {
      throw new IllegalArgumentException("no JSON: " + e.getMessage(), e);
    }
    throw new IllegalArgumentException(
        "no JSON object (expected: {\"loadBalancingConfig\": …} and the like)");
  }

  /** Tells whether it says more about the very policy that the target names. */
  private boolean ofOwnPolicy(Object published) {
    return published instanceof List<?> policies
        && own.get(POLICIES) instanceof List<?> mine
        && policies.size() == 1
        && policies.get(0) instanceof Map<?, ?> theirs
        && mine.get(0) instanceof Map<?, ?> ours
        && theirs.keySet().equals(ours.keySet());
  }

  /**
   * What anybody may have written must not look like lines of the log, nor turn the rest of one
   * around.
   */
  static String shown(String message) {
    StringBuilder line = new StringBuilder();
    message.codePoints().limit(MOST_SHOWN).forEach(c -> line.appendCodePoint(isPlain(c) ? c : '?'));
    return message.codePointCount(0, message.length()) > MOST_SHOWN
        ? line.append('…').toString()
        : line.toString();
  }

  private static boolean isPlain(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}

package io.discovery.grpc;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import io.grpc.NameResolver.ConfigOrError;
import io.grpc.NameResolver.ServiceConfigParser;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The service config that operators publish for a service, as a channel may use it: a bad one never
 * reaches the channel, which would fail its calls, but leaves the last good one standing. What the
 * channel's own target says about load balancing goes before it. For one thread at a time.
 */
final class PublishedConfig {
  private static final Logger LOG = System.getLogger("io.discovery.grpc");
  private static final int LONGEST = 1 << 16;

  private final String service;
  private final ServiceConfigParser parser;
  private final Map<String, ?> own;
  private Optional<String> seen = Optional.empty();
  private Optional<ConfigOrError> good = Optional.empty();

  /**
   * @param service for messages
   * @param own what the target says, in the form of a service config; empty for nothing
   */
  PublishedConfig(String service, ServiceConfigParser parser, Map<String, ?> own) {
    this.service = service;
    this.parser = parser;
    this.own = own;
  }

  /** Returns what the channel is to use, given the newest text; empty for its own config. */
  Optional<ConfigOrError> of(Optional<String> text) {
    if (!text.equals(seen)) {
      seen = text;
      try {
        good = text.map(this::parse);
      } catch (IllegalArgumentException e) {
        LOG.log(
            Level.WARNING,
            "the published service config of {0} is bad and changes nothing: {1}",
            service,
            e.getMessage());
      }
    }
    return good;
  }

  private ConfigOrError parse(String text) {
    ConfigOrError parsed = parser.parseServiceConfig(read(text));
    if (parsed.getError() != null) {
      throw new IllegalArgumentException(parsed.getError().getDescription());
    }
    return parsed;
  }

  /** Numbers come as doubles, which is what gRPC reads. */
  private Map<String, ?> read(String text) {
    if (text.length() > LONGEST) {
      throw new IllegalArgumentException(
          text.length() + " characters (expected: at most " + LONGEST + ")");
    }
    try {
      if (new Gson().fromJson(text, Object.class) instanceof Map<?, ?> members) {
        Map<String, Object> merged = new LinkedHashMap<>();
        members.forEach((name, value) -> merged.put((String) name, value));
        merged.putAll(own);
        return merged;
      }
    } catch (JsonParseException e) {
      throw new IllegalArgumentException("no JSON: " + e.getMessage(), e);
    }
    throw new IllegalArgumentException(
        "no JSON object (expected: {\"loadBalancingConfig\": …} and the like)");
  }
}

package io.discovery.grpc;

import io.grpc.CallOptions;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Which instances a call wants, by their metadata. The policy {@code discovery} obeys; others do
 * not know it.
 *
 * <pre>{@code
 * Routing canary = Routing.require("tenant", "blue").andPrefer("version", "v2");
 * stub.withOption(Routing.KEY, canary).placeOrder(request);
 * }</pre>
 *
 * <p>What is required is never given up: with no such instance the call fails with {@code
 * UNAVAILABLE}, or waits if it is ready to or if one is being connected. Of what is preferred, as
 * much is granted as connected instances have; the last wish is given up first. Weights, draining
 * and zones count among those that remain. All this is among the instances that the channel
 * connects: with a {@link BalancerConfig#withSubset subset} those left out are never chosen, even
 * if no other fits. Who requires what few instances have does without, or makes it large enough.
 *
 * <p>Immutable, with equality; safe for any thread. Make few different ones and keep them: a
 * channel remembers where the calls of {@value DiscoveryPicker#MAX_ROUTINGS} lead and computes it
 * for each call of further ones.
 */
public final class Routing {
  /** The routing of a call; without, any instance will do. */
  public static final CallOptions.Key<Routing> KEY =
      CallOptions.Key.create("io.discovery.grpc.Routing");

  private final List<Condition> required;
  private final List<Condition> preferred;
  private final int hash; // looked up with each call

  private Routing(List<Condition> required, List<Condition> preferred) {
    this.required = required;
    this.preferred = preferred;
    this.hash = Objects.hash(required, preferred);
  }

  record Condition(String key, String value) {
    Condition {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(value, "value");
    }

    @Override
    public String toString() {
      return key + "=" + value;
    }
  }

  /**
   * Returns a routing to the instances that have this metadata entry.
   *
   * @param value empty for instances without such an entry, too
   */
  public static Routing require(String key, String value) {
    return new Routing(List.of(new Condition(key, value)), List.of());
  }

  /** Returns a routing to the instances that have this metadata entry, or to all if none has. */
  public static Routing prefer(String key, String value) {
    return new Routing(List.of(), List.of(new Condition(key, value)));
  }

  /** Returns a routing that requires this, too. */
  public Routing andRequire(String key, String value) {
    return new Routing(and(required, new Condition(key, value)), preferred);
  }

  /** Returns a routing that prefers this, too, if its earlier wishes leave a choice. */
  public Routing andPrefer(String key, String value) {
    return new Routing(required, and(preferred, new Condition(key, value)));
  }

  private static List<Condition> and(List<Condition> some, Condition another) {
    return Stream.concat(some.stream(), Stream.of(another)).toList();
  }

  List<Condition> required() {
    return required;
  }

  List<Condition> preferred() {
    return preferred;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Routing routing
        && routing.hash == hash
        && routing.required.equals(required)
        && routing.preferred.equals(preferred);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** {@code require [version=v2], prefer []}. */
  @Override
  public String toString() {
    return "require " + required + ", prefer " + preferred;
  }
}

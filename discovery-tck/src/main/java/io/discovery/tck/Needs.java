package io.discovery.tck;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Assumptions;

/**
 * What the running test takes of the fixture. A capability that is absent skips the test. Used by
 * the test's thread only.
 */
abstract class Needs {
  private static final System.Logger LOG = System.getLogger("io.discovery.tck");

  private final Fixture fixture;
  private final String test;
  private final List<Link> links = new ArrayList<>();
  private final Set<Capability> used = EnumSet.noneOf(Capability.class);
  private Quorum quorum; // null until used

  Needs(Fixture fixture, String test) {
    this.fixture = fixture;
    this.test = test;
  }

  /** Returns the capabilities that the test has used or asked for in vain. */
  final Set<Capability> used() {
    return used;
  }

  final Store store() {
    return need(fixture.store(), Capability.STORE);
  }

  final Server server() {
    return need(fixture.server(), Capability.SERVER);
  }

  final Link link() {
    Link link = new NotedLink(need(fixture.openLink(), Capability.LINK), used::add);
    links.add(link);
    return link;
  }

  final Expiry expiry() {
    return need(fixture.expiry(), Capability.EXPIRY);
  }

  final Compaction compaction() {
    return need(fixture.compaction(), Capability.COMPACTION);
  }

  final Auth auth() {
    return need(fixture.auth(), Capability.AUTH);
  }

  final Tls tls() {
    return need(fixture.tls(), Capability.TLS);
  }

  final Quorum quorum() {
    quorum = need(fixture.quorum(), Capability.QUORUM);
    return quorum;
  }

  /** Returns how many watches the store counts. */
  final long watches() {
    return count(Census::watches, "watches");
  }

  /** Returns how many connections the store counts. */
  final long connections() {
    return count(Census::connections, "connections");
  }

  /** Returns how many leases or sessions the store counts. */
  final long owners() {
    return count(Census::owners, "leases or sessions");
  }

  final Duration ttl() {
    return fixture.bounds().ttl();
  }

  /** Returns the longest that a record without a living owner may be seen. */
  final Duration gone() {
    return ttl().plus(fixture.bounds().slack());
  }

  /** Returns D. */
  final Duration detection() {
    return fixture.bounds().detection();
  }

  /** Returns C. */
  final Duration convergence() {
    return fixture.bounds().convergence();
  }

  /** Returns what ends all faults. */
  final List<Runnable> healing() {
    List<Runnable> steps = new ArrayList<>();
    links.forEach(link -> steps.add(link::restore));
    fixture.server().ifPresent(server -> steps.add(server::start));
    if (quorum != null) {
      steps.add(quorum::restore);
    }
    return steps;
  }

  /** Returns what ends all links. */
  final List<Runnable> closing() {
    return links.stream().<Runnable>map(link -> link::close).toList();
  }

  private long count(Function<Census, OptionalLong> of, String what) {
    OptionalLong counted = of.apply(need(fixture.census(), Capability.CENSUS));
    if (counted.isEmpty()) {
      skip("the fixture's Census does not count " + what);
    }
    return counted.getAsLong();
  }

  private <T> T need(Optional<T> offered, Capability capability) {
    used.add(capability);
    if (offered.isEmpty()) {
      skip("the fixture has no " + capability.label);
    }
    return offered.orElseThrow();
  }

  /** Skips the test if what the library logs cannot be seen. */
  final void needLog() {
    if (!LogLines.visible()) {
      skip("System.Logger does not lead to java.util.logging here");
    }
  }

  /** Ends the test as neither passed nor failed, loudly. */
  final void skip(String reason) {
    LOG.log(Level.WARNING, "{0} is skipped: {1}", test, reason);
    Assumptions.abort(reason);
  }
}

package io.discovery.grpc;

import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.grpc.Shared.Lease;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * What the channels of a process share: the registries opened for their targets, and the services
 * looked up in these and in registries handed in. Those handed in belong to their owner and are
 * never closed (rule 5.5). What is closed after the linger is remembered, for an outage.
 */
final class Sharing {
  /**
   * Long enough to last from one burst of calls to the next, short enough to give back what is out
   * of use.
   */
  private static final Duration LINGER = Duration.ofMinutes(1);

  static final Sharing OF_PROCESS = new Sharing(LINGER, InetAddress::getAllByName);

  private final Shared<RegistryChoice, Registry> registries;
  private final Shared<Key, ServiceAddresses> services;
  private final Memory memory = new Memory();
  private final HostNames.Lookup lookup;

  Sharing(Duration linger, HostNames.Lookup lookup) {
    this.registries =
        new Shared<>(
            choice -> Registries.open(choice.config()), registry -> true, Registry::close, linger);
    this.services =
        new Shared<>(this::open, ServiceAddresses::isWorthJoining, ServiceAddresses::close, linger);
    this.lookup = lookup;
  }

  /**
   * Which service where.
   *
   * @param registry the one that the target chooses
   * @param given the one to use instead
   */
  record Key(
      String service, RegistryChoice registry, Optional<Registry> given, Addressing addressing) {}

  /**
   * Joins the users of a service. Opens its registry for the first, which may take a moment.
   *
   * @throws RuntimeException if the registry cannot be opened or is closed; the message says why
   */
  Lease<ServiceAddresses> acquire(Key key) {
    return services.acquire(key);
  }

  private ServiceAddresses open(Key key) {
    Lease<Registry> registry =
        key.given()
            .map(given -> new Lease<>(given, () -> {}))
            .orElseGet(() -> registries.acquire(key.registry()));
    LastKnown known = memory.of(key);
    Runnable leave =
        () -> {
          memory.keep(key, known);
          registry.close();
        };
    try {
      return new ServiceAddresses(
          new Lease<>(registry.value(), leave),
          key.service(),
          key.addressing(),
          known,
          changed -> new HostNames(lookup, HostNames.RETRY, HostNames.FRESH, changed));
    } catch (RuntimeException | Error e) {
      registry.close();
      throw e;
    }
  }
}

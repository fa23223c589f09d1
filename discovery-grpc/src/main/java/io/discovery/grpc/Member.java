package io.discovery.grpc;

import io.discovery.ServiceInstance;
import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import java.util.Optional;

/**
 * One address group that a name resolver gives, with what is known of the instance behind it.
 *
 * @param id names it among the others: the instance's id, else its addresses
 * @param instance nothing if the resolver says nothing
 */
record Member(String id, EquivalentAddressGroup group, Optional<ServiceInstance> instance) {
  static Member of(EquivalentAddressGroup group) {
    Optional<ServiceInstance> instance =
        Optional.ofNullable(group.getAttributes().get(DiscoveryNameResolverProvider.INSTANCE));
    return new Member(
        instance.map(ServiceInstance::id).orElseGet(() -> group.getAddresses().toString()),
        group,
        instance);
  }

  /** Returns the id as it may stand in a message: what others wrote is no text of ours. */
  String label() {
    return Percent.encodeInvisible(id);
  }

  int weight() {
    return instance.map(ServiceInstance::weight).orElse(1);
  }

  /** Returns the value of a metadata entry; empty if there is none. */
  String metadata(String key) {
    return instance.map(known -> known.metadata().get(key)).orElse("");
  }

  /** Tells whether they differ at most in what is known of the instance. */
  boolean isSameForTransport(Member other) {
    return group.getAddresses().equals(other.group.getAddresses())
        && transportAttributes().equals(other.transportAttributes());
  }

  private Attributes transportAttributes() {
    return group.getAttributes().toBuilder()
        .discard(DiscoveryNameResolverProvider.INSTANCE)
        .build();
  }
}

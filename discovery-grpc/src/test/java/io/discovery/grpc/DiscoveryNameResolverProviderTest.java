package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.Registry;
import io.discovery.tck.MemoryStore;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.NameResolverRegistry;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class DiscoveryNameResolverProviderTest {
  private static ManagedChannelBuilder<?> builder(String target) {
    return Grpc.newChannelBuilder(target, InsecureChannelCredentials.create());
  }

  @Test
  void grpcFindsItBesideTheOthersAndDnsStaysTheDefault() {
    NameResolverRegistry resolvers = NameResolverRegistry.getDefaultRegistry();
    assertInstanceOf(
        DiscoveryNameResolverProvider.class, resolvers.getProviderForScheme("discovery"));
    assertEquals("dns", resolvers.getDefaultScheme());
    assertEquals(4, new DiscoveryNameResolverProvider().priority());
    assertEquals(
        Set.of(InetSocketAddress.class),
        new DiscoveryNameResolverProvider().getProducedSocketAddressTypes());
  }

  @Test
  void anotherSchemeIsNotOurs() {
    assertNull(
        new DiscoveryNameResolverProvider()
            .newNameResolver(URI.create("dns:///orders"), new Probe().args()));
  }

  @Test
  void aBadTargetFailsTheBuildOfTheChannelWithItsMessage() {
    for (String target :
        new String[] {"discovery:orders", "DISCOVERY:///a/b", "discovery:///orders?tttl=5s"}) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> builder(target).build(), target);
      assertTrue(e.getMessage().startsWith("target 'discovery:"), e::getMessage);
    }
  }

  @Test
  void aRegistryHandedInAndATargetThatChoosesOneContradictEachOther() {
    try (Stage stage = new Stage(MemoryStore.named("provider").config())) {
      Registry registry = stage.registry();
      ManagedChannelBuilder<?> builder =
          builder("discovery://etcd/orders")
              .setNameResolverArg(DiscoveryNameResolverProvider.REGISTRY, registry);
      String message = assertThrows(IllegalArgumentException.class, builder::build).getMessage();
      assertTrue(message.contains("the channel was handed a registry"), message);
    }
  }

  @Test
  void theAuthorityIsTheServiceNameEncodedUnlessTheChannelHasOne() {
    try (Stage stage = new Stage(MemoryStore.named("provider").config())) {
      assertEquals("orders", stage.build(builder("Discovery://etcd/orders")).authority());
      assertEquals("a%2Fb%3Av1_x~", stage.build(builder("discovery:///a%2Fb%3Av1_x~")).authority());
      assertEquals(
          "example.com",
          stage.build(builder("discovery:///orders").overrideAuthority("example.com")).authority());
    }
  }

  @Test
  void aTargetMayChooseAPolicyThatNeedsNoConfiguration() {
    for (String policy : new String[] {"discovery", "round_robin", "pick_first"}) {
      stageless(builder("discovery:///orders?lb=" + policy));
    }
    ManagedChannelBuilder<?> needsMore =
        builder("discovery:///orders?lb=outlier_detection_experimental");
    String message = assertThrows(IllegalArgumentException.class, needsMore::build).getMessage();
    assertTrue(
        message.startsWith(
            "lb: 'outlier_detection_experimental' (expected: a policy that needs no configuration): "),
        message);
  }

  private static void stageless(ManagedChannelBuilder<?> builder) {
    builder.build().shutdownNow();
  }
}

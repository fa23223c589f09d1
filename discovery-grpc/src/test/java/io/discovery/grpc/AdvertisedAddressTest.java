package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class AdvertisedAddressTest {
  private static final Network NOWHERE = machine();

  private record Machine(Optional<InetAddress> outward, List<InetAddress> dialable)
      implements Network {}

  /** Returns a machine that has these addresses but no route to elsewhere. */
  private static Machine machine(String... addresses) {
    return new Machine(
        Optional.empty(), Stream.of(addresses).map(AdvertisedAddressTest::ip).toList());
  }

  private static InetAddress ip(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static InetSocketAddress socket(String host, int port) {
    return new InetSocketAddress(ip(host), port);
  }

  private static AdvertisedAddress detect(Network network, SocketAddress... sockets) {
    return AdvertisedAddress.of(List.of(sockets), Optional.empty(), Optional.empty(), network);
  }

  private static AdvertisedAddress asked(String host, SocketAddress... sockets) {
    return AdvertisedAddress.of(List.of(sockets), Optional.of(host), Optional.empty(), NOWHERE);
  }

  private static String refused(Network network, SocketAddress... sockets) {
    String message =
        assertThrows(IllegalStateException.class, () -> detect(network, sockets)).getMessage();
    assertTrue(message.contains("(expected: advertise(HOST) or advertise(HOST, PORT)"), message);
    return message;
  }

  @Test
  void theAddressTheServerListensOnIsAdvertised() {
    assertEquals(new AdvertisedAddress("10.0.0.1", 80), detect(NOWHERE, socket("10.0.0.1", 80)));
    assertEquals(
        new AdvertisedAddress("10.0.0.1", 80),
        detect(NOWHERE, socket("127.0.0.1", 79), socket("10.0.0.1", 80)));
    assertEquals(
        new AdvertisedAddress("2001:db8:0:0:0:0:0:7", 80),
        detect(NOWHERE, socket("2001:db8::7", 80)));
  }

  @Test
  void aServerOnAllAddressesAdvertisesTheOneTowardTheNetwork() {
    Machine machine =
        new Machine(Optional.of(ip("10.0.0.1")), List.of(ip("10.9.9.9"), ip("10.0.0.1")));
    assertEquals(new AdvertisedAddress("10.0.0.1", 80), detect(machine, socket("0.0.0.0", 80)));
    assertEquals(new AdvertisedAddress("10.0.0.1", 80), detect(machine, socket("::", 80)));
  }

  @Test
  void withoutARouteTheOnlyAddressIsAdvertisedButNoneOfSeveral() {
    assertEquals(
        new AdvertisedAddress("10.0.0.1", 80), detect(machine("10.0.0.1"), socket("0.0.0.0", 80)));
    String several = refused(machine("10.0.0.1", "10.0.0.2"), socket("0.0.0.0", 80));
    assertTrue(several.contains("10.0.0.1") && several.contains("10.0.0.2"), several);
    assertTrue(refused(NOWHERE, socket("0.0.0.0", 80)).contains("none"));
  }

  @Test
  void loopbackAndLinkLocalAreAdvertisedOnlyIfAskedFor() {
    assertTrue(refused(NOWHERE, socket("127.0.0.1", 80)).contains("127.0.0.1:80"));
    refused(NOWHERE, socket("::1", 80));
    refused(NOWHERE, socket("fe80::1", 80));
    assertEquals(
        new AdvertisedAddress("127.0.0.1", 80), asked("127.0.0.1", socket("127.0.0.1", 80)));
    assertEquals(new AdvertisedAddress("localhost", 80), asked("localhost", socket("0.0.0.0", 80)));
  }

  @Test
  void aWildcardIsNeverAdvertised() {
    for (String wildcard : new String[] {"0.0.0.0", "0", "::", "0:0:0:0:0:0:0:0"}) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> asked(wildcard, socket("0.0.0.0", 80)))
              .getMessage();
      assertTrue(message.startsWith("host: '" + wildcard + "'"), message);
    }
  }

  @Test
  void aServerWithoutIpPortNeedsHostAndPort() {
    assertTrue(refused(NOWHERE).contains("no IP port"));
    assertThrows(IllegalStateException.class, () -> asked("10.0.0.1"));
    assertEquals(
        new AdvertisedAddress("10.0.0.1", 99),
        AdvertisedAddress.of(List.of(), Optional.of("10.0.0.1"), Optional.of(99), NOWHERE));
  }

  @Test
  void thisMachineTellsNoAddressThatOthersCannotDial() {
    List<InetAddress> all = Network.THIS_MACHINE.dialable();
    assertTrue(all.stream().allMatch(Network::isDialable), all::toString);
    Optional<InetAddress> outward = Network.THIS_MACHINE.outward();
    assertTrue(outward.isEmpty() || all.contains(outward.get()), outward + " of " + all);
  }
}

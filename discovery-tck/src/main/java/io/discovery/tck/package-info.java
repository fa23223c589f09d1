/**
 * The contract as a kit of JUnit 5 tests that any backend can run, the real servers and fault tools
 * they need, and the in-memory backend {@code memory}, which also serves as a test double.
 *
 * <p>A backend author writes one {@link io.discovery.tck.Fixture} and one class that extends {@link
 * io.discovery.tck.DiscoveryTck}. {@link io.discovery.tck.EtcdServer}, {@link
 * io.discovery.tck.ZooKeeperServer} and {@link io.discovery.tck.TcpProxy} know nothing of JUnit and
 * serve demonstrations as well.
 */
package io.discovery.tck;

package io.discovery.tck;

import org.junit.jupiter.api.Timeout;

/**
 * The contract with a thousand of everything: what costs nothing with one instance, one watch and
 * one registry must not cost the contract with many. Beside {@link DiscoveryTck}, on the same
 * fixture; a test is named after the rule that the load would break.
 *
 * <pre>{@code
 * class EtcdLoadTest extends DiscoveryLoad {
 *   protected Fixture createFixture() { return new EtcdFixture(); }
 * }
 * }</pre>
 *
 * <p>Tests with the tag {@code long} take minutes; exclude that tag where time is short.
 */
@Timeout(600)
public abstract class DiscoveryLoad extends OnFixture implements LoadChapter {}

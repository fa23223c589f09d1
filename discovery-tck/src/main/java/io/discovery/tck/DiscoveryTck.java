package io.discovery.tck;

import org.junit.jupiter.api.Timeout;

/**
 * The contract as tests. A backend's test class extends this and supplies a fixture:
 *
 * <pre>{@code
 * class EtcdTckTest extends DiscoveryTck {
 *   protected Fixture createFixture() { return new EtcdFixture(); }
 * }
 * }</pre>
 *
 * <p>A test is named after its rule: {@code s209_…} proves rule 2.9 of SPEC.md. All tests stand in
 * the one class, so that {@code -Dtest='EtcdTckTest#s209*'} runs those of a rule. Each takes a
 * namespace of its own, looks through a second registry and, where the fixture can, at the store
 * itself; what it needs and the fixture has not, it skips and says so. When a test fails, its
 * javadoc says what to check.
 */
@Timeout(120)
public abstract class DiscoveryTck extends OnFixture
    implements ModelChapter,
        RegistrationChapter,
        LeavingChapter,
        HealingChapter,
        FencingChapter,
        WatchChapter,
        HostileChapter,
        ListenerChapter,
        OutageChapter,
        ReadingChapter,
        LifecycleChapter,
        ChoiceChapter,
        OpenChapter {}

package io.discovery;

/**
 * What a {@link Registry} has counted since it was opened. Counters only grow.
 *
 * @param badRecords records read that could not be decoded (rule 3.13)
 * @param listenerFailures exceptions thrown by listeners (rule 3.14)
 * @param subscriptions backend watches opened, the first of each service included
 * @param writes attempts to write a record
 * @param heals registrations that were lost and registered again (rule 2.7)
 * @param resets re-reads that found a store whose data had been replaced (rule 3.12)
 */
public record RegistryStats(
    long badRecords,
    long listenerFailures,
    long subscriptions,
    long writes,
    long heals,
    long resets) {}

package io.discovery.tck;

import java.util.OptionalLong;

/**
 * What a store counts at one moment, for tests that look for leaks. The kit compares two of them,
 * so the fixture's own share does no harm as long as it is constant.
 *
 * @param connections client connections
 * @param owners leases or sessions alive
 * @param watches watches that clients have set
 */
public record Census(OptionalLong connections, OptionalLong owners, OptionalLong watches) {}

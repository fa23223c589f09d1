/**
 * Ours, the bare clients and the peers at the same jobs, in the same run: a {@link
 * io.discovery.benchmarks.Job} enters contestants into contests, whose rounds are interleaved.
 */
package io.discovery.benchmarks;

/**
 * What a backend implements: a thin driver that makes one attempt at a time and reports what it
 * saw.
 *
 * <p>Everything that makes discovery dependable (retries, backoff, diffing, last known good,
 * fencing decisions, codecs, delivery to listeners) lives in the engine and is the same for every
 * store. A backend author implements {@link io.discovery.spi.BackendProvider}, {@link
 * io.discovery.spi.Backend}, {@link io.discovery.spi.Ownership} and {@link
 * io.discovery.spi.Subscription}, lists the provider in {@code META-INF/services} and runs the TCK.
 */
package io.discovery.spi;

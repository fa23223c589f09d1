/**
 * Service discovery: publish instances under a heartbeat, follow the living ones.
 *
 * <p>Start at {@link io.discovery.Registries#open()}. Applications declare with {@link
 * io.discovery.Registry#register} and {@link io.discovery.Registry#watch}; the engine in this
 * package keeps both true through every fault of the store. The rules cited as "rule 2.9" are those
 * of SPEC.md.
 */
package io.discovery;

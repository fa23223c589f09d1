/**
 * The main job as a program: servers that come and go, a registry that fails, and calls that do
 * not. {@link io.discovery.examples.quickstart.Quickstart} shows it; {@link
 * io.discovery.examples.quickstart.GreeterServer} and {@link
 * io.discovery.examples.quickstart.GreeterClient} are there to be copied.
 */
package io.discovery.examples.quickstart;

/** The main job, on real processes. */
package io.discovery.examples.quickstart;

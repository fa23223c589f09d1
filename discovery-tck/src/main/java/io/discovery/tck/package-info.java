/** The contract as JUnit chapters that any backend extends. */
package io.discovery.tck;

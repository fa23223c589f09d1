/** The backend {@code zookeeper}. */
package io.discovery.zookeeper;

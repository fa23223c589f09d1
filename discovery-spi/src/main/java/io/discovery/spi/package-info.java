/** What a backend implements. */
package io.discovery.spi;

/** What applications use: registries, registrations and watchers. */
package io.discovery;

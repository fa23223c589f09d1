/** The backend {@code etcd}. */
package io.discovery.etcd;

/**
 * The backend {@code etcd}, through jetcd: a lease for each record, a watch stream for each
 * service, and of jetcd only the parts that make one attempt and report.
 *
 * <p>{@link io.discovery.etcd.EtcdBackendProvider} is all there is to use, and only by those who
 * bring a client of their own; {@code io.discovery.Registries} finds it by itself.
 */
package io.discovery.etcd;

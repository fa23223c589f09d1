/**
 * A complete backend to copy from: it keeps its records as files in a directory that the processes
 * of one machine share.
 *
 * <pre>
 *  &lt;endpoint&gt;/store                            a random id, from the first write on
 *  &lt;endpoint&gt;/lock                             locked while a record changes or names are read
 *  &lt;endpoint&gt;/new                              the record being written, before it is renamed
 *  &lt;endpoint&gt;/records/&lt;namespace&gt;/&lt;service&gt;/&lt;id&gt;   a record; its time stamp is its owner's heartbeat
 * </pre>
 *
 * <p>The roles are those of any backend: {@link io.discovery.examples.files.FileBackendProvider
 * provider}, backend, ownership, subscription; {@code FileStore} is the client library that other
 * stores bring along.
 */
package io.discovery.examples.files;

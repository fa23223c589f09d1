package io.discovery.tck;

/** What is wrong with a {@link MemoryStore} or a {@link MemoryLink} to it. */
enum MemoryFault {
  NONE,
  /** Requests fail at once. */
  REFUSED,
  /** Requests vanish. */
  SILENT,
  /** Requests are served, answers vanish. */
  DEAF
}

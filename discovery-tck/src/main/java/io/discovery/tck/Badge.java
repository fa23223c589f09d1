package io.discovery.tck;

/** What a run of the whole kit has shown, see chapter 8 of SPEC.md. Each includes those before. */
enum Badge {
  /** A test of Core failed or was skipped. */
  NONE("No badge"),
  /** The rules hold in a healthy store. */
  CORE("Core"),
  /** They hold through cuts, restarts, lost data, expired owners and hostile records. */
  RESILIENT("Resilient"),
  /** Every test of the kit passed and none was skipped. */
  CERTIFIED("Certified");

  final String title;

  Badge(String title) {
    this.title = title;
  }

  /** Returns the badge after this one; the last has itself. */
  Badge next() {
    return switch (this) {
      case NONE -> CORE;
      case CORE -> RESILIENT;
      case RESILIENT, CERTIFIED -> CERTIFIED;
    };
  }
}

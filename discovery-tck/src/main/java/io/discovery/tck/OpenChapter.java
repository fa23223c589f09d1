package io.discovery.tck;

import org.junit.jupiter.api.Test;

/** Rules that the kit cannot prove yet, each with what it would take: skipped, never green. */
interface OpenChapter extends Chapter {
  /** The grace of a reset ends after G, 30 s at the least: too long to wait for in every run. */
  @Test
  default void s312_theGraceEnds() {
    scenario().skip("waits 30 s or more; proven under virtual time in the engine's own tests");
  }

  /** After a restart of the server at most half of many clients list in the first second. */
  @Test
  default void s318_theHerdIsSpread() {
    scenario().skip("needs many clients and a fixture that counts reads by the second");
  }

  /** A provider that cannot be loaded does not break the others. */
  @Test
  default void s603_aBrokenProviderBreaksNoOther() {
    scenario().skip("needs class paths of its own; proven in the engine's own tests");
  }

  /** Refused credentials are reported as such, change no snapshot and heal when mended. */
  @Test
  default void s703_refusedCredentialsHeal() {
    scenario().skip("needs a fixture that grants and refuses credentials");
  }

  /** Read on the service's prefix is enough to watch, write there enough to register. */
  @Test
  default void s704_leastPrivilegeIsEnough() {
    scenario().skip("needs a fixture that grants permissions by prefix");
  }
}

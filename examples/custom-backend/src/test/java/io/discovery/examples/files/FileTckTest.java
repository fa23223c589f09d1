package io.discovery.examples.files;

import io.discovery.tck.DiscoveryTck;
import io.discovery.tck.Fixture;

/** The whole contract, on a directory of files. */
class FileTckTest extends DiscoveryTck {
  @Override
  protected Fixture createFixture() {
    return new FileFixture();
  }
}

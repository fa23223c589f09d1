package io.discovery.tck;

class MemoryTckTest extends DiscoveryTck {
  @Override
  protected Fixture createFixture() {
    return new MemoryFixture();
  }
}

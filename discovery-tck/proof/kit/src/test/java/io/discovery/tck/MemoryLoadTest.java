package io.discovery.tck;

class MemoryLoadTest extends DiscoveryLoad {
  @Override
  protected Fixture createFixture() {
    return new MemoryFixture();
  }
}

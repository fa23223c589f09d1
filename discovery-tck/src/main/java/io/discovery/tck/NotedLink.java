package io.discovery.tck;

import io.discovery.RegistryConfig;
import java.time.Duration;
import java.util.function.Consumer;

/** A {@link Link} that notes which of the capabilities that not every link has a test uses. */
record NotedLink(Link link, Consumer<Capability> notes) implements Link {
  @Override
  public RegistryConfig config() {
    return link.config();
  }

  @Override
  public void cut() {
    link.cut();
  }

  @Override
  public void finish() {
    link.finish();
  }

  @Override
  public void refuse() {
    link.refuse();
  }

  @Override
  public void blackHole() {
    notes.accept(Capability.BLACK_HOLE);
    link.blackHole();
  }

  @Override
  public void loseAnswers() {
    notes.accept(Capability.LOST_ANSWERS);
    link.loseAnswers();
  }

  @Override
  public void loseRequests() {
    notes.accept(Capability.LOST_REQUESTS);
    link.loseRequests();
  }

  @Override
  public void delay(Duration time) {
    notes.accept(Capability.DELAY);
    link.delay(time);
  }

  @Override
  public void throttle(int bytesPerSecond) {
    notes.accept(Capability.THROTTLE);
    link.throttle(bytesPerSecond);
  }

  @Override
  public void cutAfter(long bytes) {
    notes.accept(Capability.BYTE_LIMIT);
    link.cutAfter(bytes);
  }

  @Override
  public long connections() {
    notes.accept(Capability.TRAFFIC);
    return link.connections();
  }

  @Override
  public void restore() {
    link.restore();
  }

  @Override
  public void close() {
    link.close();
  }
}

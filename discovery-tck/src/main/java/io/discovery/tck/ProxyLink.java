package io.discovery.tck;

import io.discovery.RegistryConfig;
import java.time.Duration;

/** A {@link Link} over TCP. */
record ProxyLink(TcpProxy proxy, RegistryConfig config) implements Link {
  @Override
  public void cut() {
    proxy.cut();
  }

  @Override
  public void finish() {
    proxy.finish();
  }

  @Override
  public void refuse() {
    proxy.refuse();
  }

  @Override
  public void blackHole() {
    proxy.blackHole();
  }

  @Override
  public void loseAnswers() {
    proxy.blackHole(false, true);
  }

  @Override
  public void loseRequests() {
    proxy.blackHole(true, false);
  }

  @Override
  public void delay(Duration time) {
    proxy.delay(time);
  }

  @Override
  public void throttle(int bytesPerSecond) {
    proxy.throttle(bytesPerSecond);
  }

  @Override
  public void cutAfter(long bytes) {
    proxy.cutAfter(bytes);
  }

  @Override
  public long connections() {
    return proxy.accepted();
  }

  @Override
  public void restore() {
    proxy.pass();
    proxy.accept();
  }

  @Override
  public void close() {
    proxy.close();
  }
}

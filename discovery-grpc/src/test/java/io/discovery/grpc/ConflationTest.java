package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.SynchronizationContext;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** In time that passes when told to; the executor runs at once. */
final class ConflationTest {
  private final FakeTimer timer = new FakeTimer();
  private final List<Integer> delivered = new ArrayList<>();
  private int newest;
  private final Conflation<Integer> conflation =
      new Conflation<>(
          new SynchronizationContext(
              (thread, error) -> {
                throw new AssertionError("a real channel would be in panic", error);
              }),
          timer,
          Runnable::run,
          this::fetch,
          delivered::add);

  private int fetch() {
    if (newest < 0) {
      throw new AssertionError("on purpose");
    }
    return newest;
  }

  private void signal(int news) {
    newest = news;
    conflation.signal();
  }

  @Test
  void theFirstAtOnceTheOthersTogether() {
    signal(1);
    assertEquals(List.of(1), delivered);
    signal(2);
    signal(3);
    assertEquals(List.of(1), delivered);
    timer.pass(Conflation.WINDOW);
    assertEquals(List.of(1, 3), delivered);
  }

  @Test
  void aFetchThatBreaksIsFollowedByTheNext() {
    signal(-1);
    signal(1);
    assertEquals(List.of(), delivered);
    timer.pass(Conflation.WINDOW);
    assertEquals(List.of(1), delivered);
    timer.pass(Conflation.WINDOW);
    signal(-1);
    timer.pass(Conflation.WINDOW);
    signal(2);
    assertEquals(List.of(1, 2), delivered);
  }
}

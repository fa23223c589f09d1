package io.discovery;

import io.discovery.Registration.State;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** A registration as its application sees it, with all that it declared and was told. */
final class SimRegistration {
  private final SimOracles oracles;
  private final SimLoop loop;
  private final Registration handle;
  private final List<ServiceInstance> contents = new ArrayList<>();
  private final List<CompletableFuture<Void>> updates = new ArrayList<>();
  private final String service;
  private final String id;
  private SimOwnership ownership; // null until the engine has asked for it
  private State told;
  private int acknowledged = -1;
  private boolean closed;
  private boolean forgotten;

  SimRegistration(SimOracles oracles, SimLoop loop, Registration handle) {
    this.oracles = oracles;
    this.loop = loop;
    this.handle = handle;
    this.service = handle.instance().service();
    this.id = handle.instance().id();
    contents.add(handle.instance());
    handle.onState(this::told);
  }

  private void told(State next) {
    oracles.trace(() -> this + " is " + next);
    oracles.check(!loop.stopped(), SimOracle.QUIET, () -> this + ": told " + next + " after close");
    oracles.check(
        told == null || allowed(told).contains(next),
        SimOracle.TRANSITIONS,
        () -> this + ": " + told + " → " + next);
    oracles.check(
        next != State.REGISTERED || acknowledged >= 0,
        SimOracle.OWNERSHIP,
        () -> this + ": REGISTERED without an acknowledgement");
    told = next;
  }

  private static Set<State> allowed(State from) {
    return switch (from) {
      case PENDING -> EnumSet.of(State.REGISTERED, State.SUPERSEDED, State.CLOSED);
      case REGISTERED -> EnumSet.of(State.RECOVERING, State.SUPERSEDED, State.CLOSED);
      case RECOVERING -> EnumSet.of(State.REGISTERED, State.SUPERSEDED, State.CLOSED);
      case SUPERSEDED -> EnumSet.of(State.CLOSED);
      case CLOSED -> EnumSet.noneOf(State.class);
    };
  }

  void update(ServiceInstance next) {
    contents.add(next);
    int number = newest();
    CompletableFuture<Void> done = handle.update(now -> next);
    updates.add(
        done.whenComplete(
            (nothing, failure) -> {
              if (failure == null) {
                oracles.check(
                    acknowledged >= number
                        || contents
                            .subList(number, contents.size())
                            .contains(contents.get(acknowledged)),
                    SimOracle.OWNERSHIP,
                    () ->
                        this
                            + ": update "
                            + number
                            + " completes, acknowledged is "
                            + acknowledged);
              }
            }));
  }

  /** Returns the content that was declared some updates ago. */
  ServiceInstance declaredBefore(int steps) {
    return contents.get(Math.max(0, newest() - steps));
  }

  int newest() {
    return contents.size() - 1;
  }

  void acknowledged(int number) {
    acknowledged = Math.max(acknowledged, number);
  }

  void beginClose() {
    closed = true;
    ((LocalRegistration) handle).beginClose();
  }

  void close() {
    closed = true;
    handle.close();
  }

  /** The registry is closed, or the process is gone. */
  void forget() {
    closed = true;
    forgotten = true;
  }

  boolean closed() {
    return closed;
  }

  boolean is(String otherService, String otherId) {
    return service.equals(otherService) && id.equals(otherId);
  }

  void bind(SimOwnership owned) {
    ownership = owned;
  }

  SimOwnership ownership() {
    return ownership;
  }

  Registration handle() {
    return handle;
  }

  /** Returns why this is not yet as it should be, or null. */
  String lacks(SimStore store) {
    if (forgotten) {
      return null;
    }
    SimKey key = store.key(service, id);
    if (!updates.stream().allMatch(CompletableFuture::isDone)) {
      return this + ": an update is not answered";
    }
    if (closed) {
      return null;
    }
    boolean mine = key.now().lease() != null && key.now().lease().handle == ownership;
    return switch (handle.state()) {
      case SUPERSEDED ->
          mine || ownership.open() ? this + ": not released though superseded" : null;
      case REGISTERED ->
          mine && handle.instance().equals(key.now().instance())
              ? null
              : this + ": REGISTERED, but the store has " + SimStore.describe(key.now());
      default -> this + ": " + handle.state();
    };
  }

  @Override
  public String toString() {
    return "registration " + service + "/" + id + "@" + Integer.toHexString(contents.get(0).port());
  }
}

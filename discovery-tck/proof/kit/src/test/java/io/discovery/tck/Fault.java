package io.discovery.tck;

import io.discovery.spi.Backend;
import io.discovery.spi.Observer;
import io.discovery.spi.Ownership;
import io.discovery.spi.Subscription;

/** One way to be wrong: makes a backend that is the in-memory one but for that. */
@FunctionalInterface
interface Fault {
  /** Creates the backend of one registry. */
  Backend in(Wiring at);

  /** A fault in how records are held. */
  static Fault owning(Owning owning) {
    return at ->
        new Detour(at) {
          @Override
          Ownership own(Handle handle) {
            return owning.of(handle);
          }
        };
  }

  /** A fault in what a watch tells. */
  static Fault watching(Watching watching) {
    return at ->
        new Detour(at) {
          @Override
          public Subscription subscribe(String service, Observer observer) {
            return super.subscribe(service, watching.of(at, observer));
          }
        };
  }

  /** Makes the handle on a record. */
  @FunctionalInterface
  interface Owning {
    Ownership of(Handle handle);
  }

  /** Stands between the right backend and the engine's observer. */
  @FunctionalInterface
  interface Watching {
    Observer of(Wiring at, Observer observer);
  }
}

package io.discovery.tck;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.discovery.DiscoveryException;
import io.discovery.Registration;
import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.RegistryConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The program of a registrant: a process that can be frozen and killed. Does what its {@link
 * ChaosProcess} says over a socket and reports, with times, what the library has acknowledged:
 *
 * <pre>
 *  register EPOCH SERVICE ID │ update EPOCH VERSION │ close EPOCH │ report N │ exit
 *  state EPOCH VERSION STATE TIME │ acked EPOCH VERSION TIME │ closing … │ closed … │ failed EPOCH VERSION why
 * </pre>
 *
 * Ends with its parent. Commands are carried out one by one, each without waiting for the store.
 */
final class ChaosRegistrant {
  /** A close that took this much of its timeout was given up, not acknowledged. */
  private static final Duration SETTLED = Duration.ofMillis(200);

  private final RegistryConfig config = RegistryConfig.fromEnvironment();
  private final Registry registry = Registries.open(config);
  private final Map<Integer, Registration> open = new ConcurrentHashMap<>();
  private final PrintStream out;

  private ChaosRegistrant(PrintStream out) {
    this.out = out;
  }

  /** Runs until told to exit. The argument is the parent's port. */
  public static void main(String[] arguments) throws IOException {
    try (Socket parent = new Socket()) {
      parent.connect(Ports.loopback(Integer.parseInt(arguments[0])));
      parent.setTcpNoDelay(true);
      ChaosRegistrant registrant =
          new ChaosRegistrant(new PrintStream(parent.getOutputStream(), true, UTF_8));
      BufferedReader in = new BufferedReader(new InputStreamReader(parent.getInputStream(), UTF_8));
      registrant.say("hello");
      String line = in.readLine();
      for (; line != null && !line.equals("exit"); line = in.readLine()) {
        registrant.obey(line.split(" ", -1));
      }
      registrant.exit();
    }
  }

  private void obey(String[] words) {
    int epoch = Integer.parseInt(words[1]);
    switch (words[0]) {
      case "register" -> register(epoch, words[2], words[3]);
      case "update" -> update(epoch, Integer.parseInt(words[2]));
      case "close" -> close(epoch);
      default -> report(epoch);
    }
  }

  private void register(int epoch, String service, String id) {
    try {
      Registration registration =
          registry.register(new ChaosToken(epoch, 0, now()).instance(service, id));
      open.put(epoch, registration);
      registration.onState(
          state -> say("state " + epoch + " " + version(registration) + " " + state));
    } catch (IllegalStateException e) {
      say("failed " + epoch + " 0 " + e.getMessage());
    }
  }

  private void update(int epoch, int version) {
    Registration registration = open.get(epoch);
    if (registration == null) {
      return; // refused, or closed since
    }
    try {
      ChaosToken next = new ChaosToken(epoch, version, now());
      CompletionStage<Void> acknowledged =
          registration.update(before -> next.instance(before.service(), before.id()));
      acknowledged.whenComplete(
          (done, failure) ->
              say(
                  failure == null
                      ? "acked " + epoch + " " + version
                      : "failed " + epoch + " " + version + " " + failure.getMessage()));
    } catch (IllegalStateException e) {
      say("failed " + epoch + " " + version + " " + e.getMessage());
    }
  }

  private void close(int epoch) {
    Registration registration = open.remove(epoch);
    if (registration == null) {
      return;
    }
    say("closing " + epoch + " " + version(registration));
    Thread closer =
        new Thread(
            () -> {
              long begun = System.nanoTime();
              registration.close();
              long left = config.closeTimeout().toNanos() - (System.nanoTime() - begun);
              if (left > SETTLED.toNanos()) {
                say("closed " + epoch + " " + version(registration));
              }
            },
            "close-" + epoch);
    closer.start();
    // The handle is closed when the next command comes, whatever the store says.
    Await.until(
        "registration " + epoch + " is closed",
        Duration.ofSeconds(10),
        () -> registration.state() == Registration.State.CLOSED || !closer.isAlive());
  }

  private void exit() {
    open.forEach((epoch, registration) -> say("closing " + epoch + " " + version(registration)));
    registry.close();
    say("exited");
  }

  private void report(int number) {
    open.forEach(
        (epoch, registration) ->
            say("report " + epoch + " " + version(registration) + " " + condition(registration)));
    say("reported " + number);
  }

  /** The state, and if the store is not told yet, why not. */
  private static String condition(Registration registration) {
    try {
      if (registration.state() == Registration.State.PENDING
          || registration.state() == Registration.State.RECOVERING) {
        registration.awaitRegistered(Duration.ofMillis(1));
      }
      return registration.state().toString();
    } catch (DiscoveryException e) {
      return registration.state() + " since " + e.getMessage();
    }
  }

  private static int version(Registration registration) {
    return ChaosToken.of(registration.instance()).orElseThrow().version();
  }

  private static long now() {
    return System.currentTimeMillis();
  }

  private void say(String what) {
    out.println(now() + " " + what.replace('\n', ' '));
  }
}

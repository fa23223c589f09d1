package io.discovery.grpc;

import io.discovery.Registration;
import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.RegistryConfig;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;

/**
 * A server in a JVM of its own, which has no grpc-services; ends with the JVM that started it. Says
 * on its standard output how far it is.
 *
 * <p>Arguments: backend, endpoint, namespace, and what it does about its end.
 */
final class ServerMain {
  /** In which its server is. */
  static final String ZONE = "a";

  /** Tells what it says from what is logged. */
  static final String SAYS = "> ";

  private ServerMain() {}

  /** How the JVM ends, and who closes the server. */
  enum End {
    /** Nobody closes it. */
    UNPREPARED,
    /** Nobody closes it, and its record does not outlive it for long. */
    FROZEN(Duration.ofSeconds(5)),
    /** The shutdown hook does. */
    HOOK,
    /** So it does, while the main thread is registering still. */
    REGISTERING,
    /** Two hooks do, while the main thread hangs in {@link System#exit}. */
    EXIT,
    /** The main thread did, before the JVM ends. */
    CLOSED;

    final Duration ttl;

    /** Longer than any test, so that a record that is gone has been removed. */
    End() {
      this(Duration.ofSeconds(60));
    }

    End(Duration ttl) {
      this.ttl = ttl;
    }
  }

  public static void main(String[] arguments) throws InterruptedException {
    end(ServerMain::haltWithParent);
    End end = End.valueOf(arguments[3]);
    Registry registry =
        Registries.open(
            RegistryConfig.defaults()
                .withBackend(arguments[0])
                .withEndpoints(arguments[1])
                .withNamespace(arguments[2]));
    try {
      ServerHealth.create();
    } catch (IllegalStateException e) {
      say(e.getMessage());
    }
    RegisteredServer.Builder builder =
        RegisteredServer.builder(
                end == End.REGISTERING ? endingTheJvm(registry) : registry,
                Greeter.builder("127.0.0.1").addService(Greeter.service(() -> "child")))
            .advertise("127.0.0.1")
            .ttl(end.ttl)
            .instanceHeader(new InstanceHeader())
            .beforeLeaving(() -> say("leaving"))
            .service("orders", instance -> instance.withMetadata("zone", ZONE))
            .service("stock");
    boolean unprepared = end == End.UNPREPARED || end == End.FROZEN;
    RegisteredServer server = (unprepared ? builder : builder.shutdownHook()).register();
    server.awaitRegistered(Duration.ofSeconds(30));
    say("ready");
    switch (end) {
      case UNPREPARED, FROZEN, HOOK, REGISTERING -> server.server().awaitTermination();
      case EXIT -> {
        Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        System.exit(0);
      }
      case CLOSED -> {
        server.close();
        server.close();
        ShutdownHook.of(() -> say("a hook that was removed")).remove();
        registry.close();
      }
    }
  }

  /** Returns a registry in which the JVM begins to end when a record is written. */
  private static Registry endingTheJvm(Registry registry) {
    return (Registry)
        Proxy.newProxyInstance(
            ServerMain.class.getClassLoader(),
            new Class<?>[] {Registry.class},
            (proxy, method, arguments) -> {
              Object result = method.invoke(registry, arguments);
              if (result instanceof Registration registration) {
                registration.awaitRegistered(Duration.ofSeconds(30));
                end(() -> System.exit(0));
                while (!isEnding()) {
                  Thread.onSpinWait();
                }
              }
              return result;
            });
  }

  private static boolean isEnding() {
    try {
      ShutdownHook.of(() -> {}).remove();
      return false;
    } catch (IllegalStateException ending) {
      return true;
    }
  }

  private static void say(String what) {
    System.out.println(SAYS + what);
  }

  /** The parent never writes: what ends this read is its end. */
  private static void haltWithParent() {
    try {
      while (System.in.read() >= 0) {}
    } catch (IOException e) {
      say("standard input: " + e);
    }
    Runtime.getRuntime().halt(9);
  }

  private static void end(Runnable task) {
    Thread thread = new Thread(task, "end");
    thread.setDaemon(true);
    thread.start();
  }
}

package io.discovery.grpc;

import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.RegistryConfig;
import java.io.IOException;
import java.time.Duration;

/**
 * A server in a JVM of its own, which has no grpc-services; ends with the JVM that started it. Says
 * on its standard output how far it is.
 *
 * <p>Arguments: endpoint of a ZooKeeper server, namespace, and what it does about its end.
 */
final class ServerMain {
  /** Longer than any test, so that a record that is gone has been removed. */
  private static final Duration TTL = Duration.ofSeconds(60);

  /** Tells what it says from what is logged. */
  static final String SAYS = "> ";

  private ServerMain() {}

  /** How the JVM ends, and who closes the server. */
  enum End {
    /** Nobody closes it. */
    UNPREPARED,
    /** The shutdown hook does. */
    HOOK,
    /** Two hooks do, while the main thread hangs in {@link System#exit}. */
    EXIT,
    /** The main thread did, before the JVM ends. */
    CLOSED
  }

  public static void main(String[] arguments) throws InterruptedException {
    end(ServerMain::haltWithParent);
    End end = End.valueOf(arguments[2]);
    Registry registry =
        Registries.open(
            RegistryConfig.defaults()
                .withBackend("zookeeper")
                .withEndpoints(arguments[0])
                .withNamespace(arguments[1]));
    try {
      ServerHealth.create();
    } catch (IllegalStateException e) {
      say(e.getMessage());
    }
    RegisteredServer.Builder builder =
        RegisteredServer.builder(
                registry, Greeter.builder("127.0.0.1").addService(Greeter.service(() -> "child")))
            .advertise("127.0.0.1")
            .ttl(TTL)
            .instanceHeader(new InstanceHeader())
            .beforeLeaving(() -> say("leaving"))
            .service("orders")
            .service("stock");
    RegisteredServer server = (end == End.UNPREPARED ? builder : builder.shutdownHook()).register();
    server.awaitRegistered(Duration.ofSeconds(30));
    say("ready");
    switch (end) {
      case UNPREPARED, HOOK -> server.server().awaitTermination();
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
    Thread thread = new Thread(task, "parent");
    thread.setDaemon(true);
    thread.start();
  }
}

package io.discovery.examples.quickstart;

import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.grpc.RegisteredServer;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import java.time.Duration;

/**
 * A server that clients find by name. With ZooKeeper on its usual port, and this module's class
 * path: {@code java -Ddiscovery.backend=zookeeper …GreeterServer [ZONE]}. Ctrl-C makes it leave.
 */
public final class GreeterServer {
  /** Serves until the process is asked to end. */
  public static void main(String[] args) throws InterruptedException {
    String zone = args.length == 0 ? "a" : args[0];
    Registry registry = Registries.open();
    RegisteredServer server =
        RegisteredServer.builder(
                registry,
                Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                    .addService(Greeter.service(name -> "Hello " + name + ", from zone " + zone)))
            .advertise("127.0.0.1") // this machine only; leave it out to have the address detected
            .service("greeter", instance -> instance.withMetadata("zone", zone))
            .shutdownHook()
            .register();
    server.awaitRegistered(Duration.ofSeconds(30));
    System.out.println(server.registrations().get(0).instance().authority() + " is registered");
    server.server().awaitTermination();
    registry.close();
  }
}

package io.discovery.examples.quickstart;

import io.discovery.Registries;
import io.discovery.Registry;
import io.discovery.grpc.RegisteredServer;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import java.io.IOException;
import java.time.Duration;

/**
 * A server that clients find by name. With ZooKeeper on its usual port, and this module's class
 * path: {@code java -Ddiscovery.backend=zookeeper …GreeterServer [ZONE]}. Ctrl-C makes it leave.
 */
public final class GreeterServer {
  /** Serves until the process is asked to end. */
  public static void main(String[] args) throws IOException, InterruptedException {
    String zone = args.length == 0 ? "a" : args[0];
    Server server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(Greeter.service(name -> "Hello " + name + ", from zone " + zone))
            .build()
            .start();
    Registry registry = Registries.open();
    RegisteredServer registered =
        RegisteredServer.builder(registry, server)
            .advertise("127.0.0.1") // this machine only; leave it out to have the address detected
            .service("greeter", instance -> instance.withMetadata("zone", zone))
            .register();
    Runtime.getRuntime().addShutdownHook(new Thread(registered::close));
    registered.awaitRegistered(Duration.ofSeconds(30));
    System.out.println(registered.registrations().get(0).instance().authority() + " is registered");
    server.awaitTermination();
    registry.close();
  }
}

package io.discovery.grpc;

import io.grpc.ForwardingServerBuilder;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import java.util.function.Consumer;

/** A builder that shows which server it has built. */
final class Spying extends ForwardingServerBuilder<Spying> {
  private final ServerBuilder<?> builder;
  private final Consumer<Server> built;

  Spying(ServerBuilder<?> builder, Consumer<Server> built) {
    this.builder = builder;
    this.built = built;
  }

  @Override
  protected ServerBuilder<?> delegate() {
    return builder;
  }

  @Override
  public Server build() {
    Server server = builder.build();
    built.accept(server);
    return server;
  }
}

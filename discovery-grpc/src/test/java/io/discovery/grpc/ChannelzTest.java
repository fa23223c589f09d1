package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.Registration;
import io.discovery.tck.Await;
import io.discovery.tck.MemoryStore;
import io.grpc.ManagedChannel;
import io.grpc.channelz.v1.ChannelData;
import io.grpc.channelz.v1.ChannelTraceEvent;
import io.grpc.channelz.v1.ChannelzGrpc;
import io.grpc.channelz.v1.GetTopChannelsRequest;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.services.ChannelzService;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What an operator reads in a process that serves channelz. */
final class ChannelzTest {
  private final MemoryStore store = MemoryStore.named("channelz-" + UUID.randomUUID());
  @AutoClose private final Stage stage = new Stage(store.config());
  private final Fleet fleet = new Fleet(stage);

  @Test
  void theTraceOfAChannelTellsWhoIsThereAndWhoIsUsed() throws IOException {
    String target = "discovery:///orders?lb=discovery&zone=a&client-key=" + UUID.randomUUID();
    Registration a =
        fleet.serve(stage.greeter("a"), one -> one.withId("a-1").withMetadata("zone", "a"));
    fleet.serve(stage.greeter("b"), one -> one.withId("b-1").withMetadata("zone", "b"));
    ManagedChannel channel = stage.build(fleet.builder(target).maxTraceEvents(100));
    Greeter.call(channel);
    ChannelzGrpc.ChannelzBlockingStub channelz = channelz();
    awaitTrace(channelz, target, "discovery: 2 instances, 2 of them used; new: a-1, b-1");
    Fleet.weigh(a, 3);
    awaitTrace(
        channelz, target, "discovery: 2 instances, 2 of them used; changed: a-1 weight 1 to 3");
    a.close();
    awaitTrace(channelz, target, "discovery: 1 instances, 1 of them used; gone: a-1");
    awaitTrace(channelz, target, "discovery: 0% of the calls stay in the own zone");
  }

  @Test
  void theTraceOfAChannelTellsOfAnOutageAndItsEnd() throws IOException {
    String target = "discovery:///orders?client-key=" + UUID.randomUUID();
    fleet.serve(stage.greeter("a"), 1);
    ManagedChannel channel = stage.build(fleet.builder(target).maxTraceEvents(100));
    Greeter.call(channel);
    ChannelzGrpc.ChannelzBlockingStub channelz = channelz();
    store.stop();
    awaitTrace(channelz, target, "discovery: the view is STALE since ");
    store.start();
    awaitTrace(channelz, target, "discovery: the view is CURRENT again since ");
  }

  private ChannelzGrpc.ChannelzBlockingStub channelz() throws IOException {
    String name = "channelz-" + UUID.randomUUID();
    stage.atEnd(
        InProcessServerBuilder.forName(name)
                .addService(ChannelzService.newInstance(1_000))
                .build()
                .start()
            ::shutdownNow);
    return ChannelzGrpc.newBlockingStub(stage.build(InProcessChannelBuilder.forName(name)));
  }

  /** Waits for an event that begins like this. */
  private static void awaitTrace(
      ChannelzGrpc.ChannelzBlockingStub channelz, String target, String beginning) {
    Await.until(
        () -> beginning + ", read " + trace(channelz, target),
        Stage.SOON,
        () -> trace(channelz, target).stream().anyMatch(event -> event.startsWith(beginning)));
  }

  private static List<String> trace(ChannelzGrpc.ChannelzBlockingStub channelz, String target) {
    List<ChannelData> found =
        channelz
            .getTopChannels(GetTopChannelsRequest.getDefaultInstance())
            .getChannelList()
            .stream()
            .map(channel -> channel.getData())
            .filter(data -> data.getTarget().equals(target))
            .toList();
    assertTrue(found.size() == 1, () -> found.size() + " channels to " + target);
    return found.get(0).getTrace().getEventsList().stream()
        .map(ChannelTraceEvent::getDescription)
        .toList();
  }
}

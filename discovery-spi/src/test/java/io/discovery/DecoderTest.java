package io.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.discovery.spi.Entry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** When records are decoded, and that each is where it belongs. */
class DecoderTest {
  private static final int MOST = 5_000;

  private final List<String> decoded = Collections.synchronizedList(new ArrayList<>());
  private final List<Runnable> help = new ArrayList<>(); // asked for
  private final Decoder decoder = new Decoder(new Noting(), "orders", MOST, help::add);

  /** Notes which ids it is asked for. */
  private class Noting implements InstanceCodec {
    private final InstanceCodec codec = Codecs.named("etcd-naming");

    @Override
    public String name() {
      return "noting";
    }

    @Override
    public String namespace() {
      return "services";
    }

    @Override
    public byte[] encode(ServiceInstance instance, Instant registeredAt) {
      return codec.encode(instance, registeredAt);
    }

    @Override
    public ServiceInstance decode(String service, String id, byte[] value)
        throws BadRecordException {
      decoded.add(id);
      return codec.decode(service, id, value);
    }
  }

  private static List<Entry> entries(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> ScriptedBackend.entry("i-" + i, 1 + i)).toList();
  }

  private static List<String> ids(List<Entry> entries) {
    return entries.stream().map(Entry::id).toList();
  }

  private void assertDecodes(List<Entry> listed) {
    List<Decoded> all = decoder.decode(listed);
    assertEquals(listed, all.stream().map(Decoded::entry).toList());
    for (Decoded record : all) {
      ServiceInstance instance = record.instance().orElseThrow();
      assertEquals(record.entry().id(), instance.id());
      assertEquals(ScriptedBackend.entry(instance.id(), instance.port()), record.entry());
    }
  }

  @Test
  void partsAreDecodedOnce() {
    decoder.prepare(entries(0, 2));
    decoder.prepare(entries(2, 4));
    assertEquals(ids(entries(0, 4)), decoded);
    assertDecodes(entries(0, 6));
    assertEquals(ids(entries(0, 6)), decoded);
  }

  @Test
  void whatIsNotListedWhereItWasIsDecodedAgain() {
    decoder.prepare(entries(0, 4));
    List<Entry> listed = new ArrayList<>(entries(0, 6));
    listed.remove(1);
    decoded.clear();
    assertDecodes(listed);
    assertEquals(List.of("i-2", "i-3", "i-4", "i-5"), decoded);
  }

  @Test
  void aShorterListingIsAllThereIs() {
    decoder.prepare(entries(0, 4));
    assertDecodes(entries(0, 1));
    assertDecodes(List.of());
  }

  @Test
  void partsServeOneListing() {
    decoder.prepare(entries(0, 2));
    assertDecodes(entries(0, 2));
    decoded.clear();
    assertDecodes(entries(0, 2));
    assertEquals(ids(entries(0, 2)), decoded);
    decoder.prepare(entries(0, 2));
    decoder.forget();
    decoded.clear();
    assertDecodes(entries(0, 2));
    assertEquals(ids(entries(0, 2)), decoded);
  }

  @Test
  void moreThanIsBelievedIsNotDecodedInAdvance() {
    decoder.prepare(entries(0, MOST));
    decoded.clear();
    decoder.prepare(entries(MOST, MOST + 1));
    assertEquals(List.of(), decoded);
  }

  @Test
  void fewAreNotWorthWakingAnyone() {
    assertDecodes(entries(0, 255));
    assertEquals(0, help.size());
    assertDecodes(entries(0, 256));
    assertEquals(1, help.size());
  }

  @Test
  void helpThatComesTooLateFindsNothingToDo() {
    assertDecodes(entries(0, 1_000));
    decoded.clear();
    help.get(0).run();
    assertEquals(List.of(), decoded);
  }

  @Test
  void bothDecodeEachRecordOnce() throws Exception {
    List<Entry> listed = entries(0, MOST);
    for (int i = 0; i < 20; i++) {
      decoded.clear();
      List<Thread> threads = new ArrayList<>();
      Decoder shared =
          new Decoder(
              new Noting(),
              "orders",
              MOST,
              task -> {
                threads.add(new Thread(task));
                threads.get(0).start();
              });
      List<Decoded> all = shared.decode(listed);
      threads.get(0).join();
      assertEquals(listed, all.stream().map(Decoded::entry).toList());
      assertEquals(MOST, decoded.size());
      assertEquals(MOST, Set.copyOf(decoded).size());
    }
  }

  @Test
  void whatTheHelperCouldNotDoIsDoneNevertheless() {
    AtomicBoolean broken = new AtomicBoolean(true);
    InstanceCodec codec =
        new Noting() {
          @Override
          public ServiceInstance decode(String service, String id, byte[] value)
              throws BadRecordException {
            if (broken.getAndSet(false)) {
              throw new OutOfMemoryError("of the helper");
            }
            return super.decode(service, id, value);
          }
        };
    Decoder shared =
        new Decoder(codec, "orders", MOST, task -> assertThrows(OutOfMemoryError.class, task::run));
    List<Entry> listed = entries(0, 1_000);
    assertEquals(listed, shared.decode(listed).stream().map(Decoded::entry).toList());
  }

  @Test
  void manyAreInOrderAndABadOneHarmsNoOther() {
    List<Entry> listed = new ArrayList<>(entries(0, MOST));
    assertDecodes(listed);
    listed.set(2_500, new Entry("bad", "no JSON".getBytes(UTF_8)));
    List<Decoded> all = decoder.decode(listed);
    assertEquals(listed, all.stream().map(Decoded::entry).toList());
    for (Decoded record : all) {
      boolean bad = record.id().equals("bad");
      assertEquals(bad, record.instance().isEmpty(), record::id);
      assertEquals(bad, record.failure().isPresent(), record::id);
    }
    assertTrue(all.get(2_500).failure().orElseThrow().getMessage().contains("JSON"));
  }
}

package io.discovery.zookeeper;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/**
 * Stands between clients and a ZooKeeper server and knows what they say: single messages can get
 * lost, come twice or late, or be the last. What concerns bytes and connections only is done with
 * {@code TcpProxy}.
 *
 * <p><b>Threading.</b> Safe for any thread. Two daemon threads serve each connection; a message
 * that is held back holds back those behind it, as on any wire. <b>Lifecycle.</b> {@link #close}
 * ends all connections.
 */
final class FrameProxy implements AutoCloseable {
  static final Fate PASSED = (frame, wire) -> wire.pass(frame);
  static final Fate LOST = (frame, wire) -> {};
  static final Fate LOST_AND_CUT = (frame, wire) -> wire.cut();
  static final Fate LAST =
      (frame, wire) -> {
        wire.pass(frame);
        wire.cut();
      };
  static final Fate TWICE =
      (frame, wire) -> {
        wire.pass(frame);
        wire.pass(frame);
      };

  private final int target;
  private final ServerSocket listener;
  private final Queue<Rule> rules = new ConcurrentLinkedQueue<>();
  private final Set<Wire> wires = ConcurrentHashMap.newKeySet();

  /** What becomes of a message. */
  interface Fate {
    void of(Frame frame, Wire wire) throws IOException;
  }

  /** The moment at which a message has met its fate. */
  record Met(CompletableFuture<Frame> frame) {
    Frame await() {
      return Driver.join(frame);
    }

    boolean isDone() {
      return frame.isDone();
    }
  }

  private record Rule(Predicate<Frame> which, Fate fate, Met met, AtomicBoolean used) {
    /** Of the frames of several connections one takes a rule, the others the next. */
    boolean takes(Frame frame) {
      return which.test(frame) && used.compareAndSet(false, true);
    }
  }

  FrameProxy(int targetPort) {
    target = targetPort;
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start("accept", this::serve);
  }

  String endpoint() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  /** Plans the fate of the next such message. */
  Met next(Predicate<Frame> which, Fate fate) {
    Rule rule = new Rule(which, fate, new Met(new CompletableFuture<>()), new AtomicBoolean());
    rules.add(rule);
    return rule.met;
  }

  /** A fate that holds a message back until {@code released} completes. */
  static Fate heldUntil(CompletableFuture<?> released) {
    return (frame, wire) -> {
      released.join();
      wire.pass(frame);
    };
  }

  /** Ends all connections of the moment. */
  void cut() {
    wires.forEach(Wire::cut);
  }

  @Override
  public void close() throws IOException {
    listener.close();
    cut();
  }

  private void serve() {
    while (!listener.isClosed()) {
      try {
        Wire wire = new Wire(listener.accept());
        wires.add(wire);
        start("to-server", () -> wire.carry(false));
        start("to-client", () -> wire.carry(true));
      } catch (IOException e) {
        // Closed, which the loop's condition sees; or the server is not there, which ends one.
      }
    }
  }

  private static void start(String role, Runnable task) {
    Thread thread = new Thread(task, "frames-" + role);
    thread.setDaemon(true);
    thread.start();
  }

  /** One connection. */
  final class Wire {
    private final Socket client;
    private final Socket server;
    private final Map<Integer, Integer> types = new ConcurrentHashMap<>();

    private Wire(Socket accepted) throws IOException {
      client = accepted;
      client.setTcpNoDelay(true);
      try {
        server = new Socket(InetAddress.getLoopbackAddress(), target);
      } catch (IOException e) {
        client.close();
        throw e;
      }
      server.setTcpNoDelay(true);
    }

    void pass(Frame frame) throws IOException {
      byte[] bytes = frame.bytes();
      ByteBuffer whole = ByteBuffer.allocate(4 + bytes.length).putInt(bytes.length).put(bytes);
      (frame.reply() ? client : server).getOutputStream().write(whole.array());
    }

    void cut() {
      wires.remove(this);
      try (client;
          server) {
        // Closing is all.
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void carry(boolean replies) {
      try {
        DataInputStream in = new DataInputStream((replies ? server : client).getInputStream());
        meet(new Frame(replies, Frame.CONNECT, read(in)));
        while (true) {
          meet(Frame.of(replies, read(in), types));
        }
      } catch (IOException e) {
        cut(); // one side has ended, and so has the other
      }
    }

    private static byte[] read(DataInputStream in) throws IOException {
      byte[] bytes = new byte[in.readInt()];
      in.readFully(bytes);
      return bytes;
    }

    private void meet(Frame frame) throws IOException {
      Optional<Rule> rule = rules.stream().filter(each -> each.takes(frame)).findFirst();
      if (rule.isPresent()) {
        rules.remove(rule.get());
        try {
          rule.get().fate.of(frame, this);
        } finally {
          rule.get().met.frame.complete(frame);
        }
      } else {
        pass(frame);
      }
    }
  }
}

package io.discovery.zookeeper;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.zookeeper.ZooDefs.OpCode;

/**
 * One message between a ZooKeeper client and its server, without its length. The first of each side
 * opens the session and has no header.
 *
 * @param reply whether the server sent it
 * @param type the operation as in {@link OpCode}; of a reply that of its request
 */
@SuppressWarnings("ArrayRecordComponent") // bytes as they travel, never modified, never compared
record Frame(boolean reply, int type, byte[] bytes) {
  static final int CONNECT = OpCode.createSession;
  static final int NOTIFICATION = -1; // its xid, which no request has
  private static final int SESSION_ID = 8; // behind version and timeout
  private static final int ERROR = 12; // of a reply, behind xid and zxid

  /** Reads what is behind the first message of each side. */
  static Frame of(boolean reply, byte[] bytes, Map<Integer, Integer> types) {
    ByteBuffer header = ByteBuffer.wrap(bytes);
    int xid = header.getInt();
    if (reply) {
      return new Frame(true, xid == NOTIFICATION ? NOTIFICATION : types.get(xid), bytes);
    }
    int type = header.getInt();
    types.put(xid, type);
    return new Frame(false, type, bytes);
  }

  static Predicate<Frame> request(int type) {
    return frame -> !frame.reply && frame.type == type;
  }

  static Predicate<Frame> reply(int type) {
    return frame -> frame.reply && frame.type == type;
  }

  /** A watch event of this path. */
  static Predicate<Frame> notification(String path) {
    return frame -> frame.reply && frame.type == NOTIFICATION && frame.names(path);
  }

  /** As above, the request being about this path. */
  static Predicate<Frame> request(int type, String path) {
    return request(type).and(frame -> frame.names(path));
  }

  /** Returns the session that the server grants with this answer to {@link #CONNECT}. */
  long session() {
    return ByteBuffer.wrap(bytes).getLong(SESSION_ID);
  }

  /** Returns this answer to {@link #CONNECT} as it is when the session is over. */
  Frame expired() {
    ByteBuffer changed = ByteBuffer.wrap(bytes.clone());
    changed.putInt(4, 0).putLong(SESSION_ID, 0);
    return new Frame(true, type, changed.array());
  }

  /** Returns this reply as it is when the server refuses the request with this code. */
  Frame refused(int code) {
    byte[] header = Arrays.copyOf(bytes, ERROR + Integer.BYTES);
    ByteBuffer.wrap(header).putInt(ERROR, code);
    return new Frame(true, type, header);
  }

  /** Strings travel with their length before them, so none is taken for a longer one. */
  private boolean names(String path) {
    byte[] name = Seen.bytes(path);
    ByteBuffer wanted = ByteBuffer.allocate(4 + name.length).putInt(name.length).put(name);
    for (int at = 0; at + wanted.capacity() <= bytes.length; at++) {
      if (ByteBuffer.wrap(bytes, at, wanted.capacity()).equals(wanted.rewind())) {
        return true;
      }
    }
    return false;
  }
}

package io.discovery.proof;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.discovery.tck.History;
import io.discovery.zookeeper.ServerStatus;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.jute.Record;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.server.ByteBufferInputStream;
import org.apache.zookeeper.server.persistence.FileTxnLog;
import org.apache.zookeeper.server.persistence.TxnLog;
import org.apache.zookeeper.txn.CloseSessionTxn;
import org.apache.zookeeper.txn.CreateTxn;
import org.apache.zookeeper.txn.DeleteTxn;
import org.apache.zookeeper.txn.MultiTxn;
import org.apache.zookeeper.txn.SetDataTxn;
import org.apache.zookeeper.txn.Txn;
import org.apache.zookeeper.txn.TxnHeader;

/**
 * Every transaction of a standalone ZooKeeper server that has deleted no log, read by ZooKeeper's
 * own classes from its files. What is in the log is the truth even if the server died before it
 * answered: a restart replays it.
 */
final class ZooKeeperHistory implements History {
  private final int port;

  ZooKeeperHistory(int port) {
    this.port = port;
  }

  @Override
  public List<Commit> read(String namespace) {
    Replay replay = new Replay("/" + namespace + "/");
    File directory =
        new File(
            ServerStatus.answer(port, "conf")
                .replaceAll("(?s).*dataDir=", "")
                .lines()
                .findFirst()
                .orElseThrow());
    FileTxnLog log = new FileTxnLog(directory);
    try (TxnLog.TxnIterator transactions = log.read(0)) {
      for (boolean more = transactions.getHeader() != null; more; more = transactions.next()) {
        replay.take(transactions.getHeader(), transactions.getTxn());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return replay.commits;
  }

  /** Carries transactions out again, as far as records are concerned. */
  private static final class Replay {
    private final String prefix;
    private final List<Commit> commits = new ArrayList<>();
    private final Map<String, String> owners = new HashMap<>();
    // Of the transaction under way: what counts is what it leaves behind.
    private final Map<String, Optional<String>> changes = new LinkedHashMap<>();

    Replay(String prefix) {
      this.prefix = prefix;
    }

    void take(TxnHeader header, Record transaction) throws IOException {
      change(header.getType(), header, transaction);
      changes.forEach(
          (path, value) -> {
            String[] name = path.substring(prefix.length()).split("/", 2);
            String owner = value.isPresent() ? owners.get(path) : "";
            commits.add(new Commit(header.getZxid(), name[0], name[1], value, owner));
          });
      changes.clear();
    }

    private void change(int type, TxnHeader header, Record transaction) throws IOException {
      switch (type) {
        case OpCode.create, OpCode.create2 -> {
          CreateTxn create = (CreateTxn) transaction;
          owners.put(
              create.getPath(),
              create.getEphemeral() ? Long.toHexString(header.getClientId()) : "nobody");
          put(create.getPath(), Optional.of(new String(create.getData(), UTF_8)));
        }
        case OpCode.setData -> {
          SetDataTxn set = (SetDataTxn) transaction;
          put(set.getPath(), Optional.of(new String(set.getData(), UTF_8)));
        }
        case OpCode.delete -> put(((DeleteTxn) transaction).getPath(), Optional.empty());
        case OpCode.closeSession ->
            ((CloseSessionTxn) transaction)
                .getPaths2Delete()
                .forEach(path -> put(path, Optional.empty()));
        case OpCode.multi -> {
          for (Txn part : ((MultiTxn) transaction).getTxns()) {
            change(part.getType(), header, parse(part));
          }
        }
        default -> {} // sessions that begin, parents, and what was refused
      }
    }

    private static Record parse(Txn part) throws IOException {
      Record record =
          switch (part.getType()) {
            case OpCode.create, OpCode.create2 -> new CreateTxn();
            case OpCode.setData -> new SetDataTxn();
            default -> new DeleteTxn();
          };
      if (part.getType() > 0) {
        ByteBufferInputStream.byteBuffer2Record(ByteBuffer.wrap(part.getData()), record);
      }
      return record;
    }

    private void put(String path, Optional<String> value) {
      if (path.startsWith(prefix) && path.indexOf('/', prefix.length()) > 0) {
        changes.put(path, value);
      }
    }
  }
}

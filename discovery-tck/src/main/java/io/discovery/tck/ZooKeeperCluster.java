package io.discovery.tck;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Three members of one ensemble: the single server of {@link ZooKeeperServer} with more lines. They
 * dial each other through a {@link PeerNetwork}, which their JVMs see to. Other ports in the lines
 * of the others would not do: a member tells its own to whom it dials, and is dialled back there.
 */
final class ZooKeeperCluster {
  private static final int READ_MILLIS = 1_000;

  private ZooKeeperCluster() {}

  static ServerCluster launch() {
    Map<String, String> ensemble = new HashMap<>();
    // In ticks of 500 ms: patient enough not to hold elections because the machine is busy.
    ensemble.put("initLimit", "20");
    ensemble.put("syncLimit", "6");
    List<List<Integer>> ports = new ArrayList<>();
    for (int i = 0; i < ServerCluster.SIZE; i++) {
      int quorum = Ports.free();
      int election = Ports.free();
      ports.add(List.of(quorum, election));
      ensemble.put("server." + (i + 1), "127.0.0.1:" + quorum + ":" + election);
    }
    PeerNetwork network = new PeerNetwork(ports);
    List<ZooKeeperServer> members = new ArrayList<>();
    for (int i = 0; i < ServerCluster.SIZE; i++) {
      Map<String, String> settings = new HashMap<>(ensemble);
      settings.put(ZooKeeperServer.ID, Integer.toString(i + 1));
      members.add(new ZooKeeperServer(settings, dialThrough(network.proxyPort(i))));
    }
    return new ServerCluster(members, network, ZooKeeperCluster::leader);
  }

  private static List<String> dialThrough(int proxyPort) {
    return List.of(
        "-DsocksProxyHost=127.0.0.1",
        "-DsocksProxyPort=" + proxyPort,
        // Set and empty, or else loopback addresses are dialled without.
        "-DsocksNonProxyHosts=");
  }

  private static int leader(List<ServerProcess> members) {
    for (int i = 0; i < members.size(); i++) {
      if (status(members.get(i).port()).contains("Mode: leader")) {
        return i;
      }
    }
    return -1;
  }

  private static String status(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(Ports.loopback(port), READ_MILLIS);
      socket.setSoTimeout(READ_MILLIS);
      socket.getOutputStream().write("srvr".getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    } catch (IOException e) {
      return ""; // down or frozen, and so not the leader of anybody
    }
  }
}

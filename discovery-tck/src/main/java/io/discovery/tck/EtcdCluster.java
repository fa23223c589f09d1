package io.discovery.tck;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Three members of one etcd: the single server of {@link EtcdServer} with other flags. They dial
 * each other through a {@link PeerNetwork}, which etcd, as most Go programs, takes from its
 * environment.
 */
final class EtcdCluster {
  private static final Pattern SELF = Pattern.compile("\"member_id\":\"(\\d+)\"");
  private static final Pattern LEADER = Pattern.compile("\"leader\":\"(\\d+)\"");
  // Go never asks a proxy for a loopback address. This one is reserved for examples, so nobody is
  // there and a cluster that bypassed its proxies could not form; these look at the port only.
  private static final String PEER_HOST = "http://192.0.2.1:";
  private static final Duration READ = Duration.ofSeconds(1);
  private static final HttpClient HTTP = HttpClient.newBuilder().connectTimeout(READ).build();

  private EtcdCluster() {}

  static ServerCluster launch() {
    String program = EtcdProgram.find().toString();
    List<Integer> peers = Stream.generate(Ports::free).limit(ServerCluster.SIZE).toList();
    PeerNetwork network = new PeerNetwork(peers.stream().map(List::of).toList());
    List<EtcdServer> members = new ArrayList<>();
    for (int i = 0; i < ServerCluster.SIZE; i++) {
      String proxy = "HTTP_PROXY=socks5://127.0.0.1:" + network.proxyPort(i);
      members.add(new EtcdServer(List.of("env", proxy, program), flags(i, peers)));
    }
    return new ServerCluster(members, network, EtcdCluster::leader);
  }

  /** Of two equal flags etcd takes the latter, so these replace those of a single server. */
  private static List<String> flags(int member, List<Integer> peers) {
    List<String> cluster = new ArrayList<>();
    for (int i = 0; i < peers.size(); i++) {
      cluster.add("m" + i + "=" + PEER_HOST + peers.get(i));
    }
    return List.of(
        "--name=m" + member,
        "--listen-peer-urls=http://127.0.0.1:" + peers.get(member),
        "--initial-advertise-peer-urls=" + PEER_HOST + peers.get(member),
        "--initial-cluster=" + String.join(",", cluster),
        // Patient enough not to hold elections because the machine is busy.
        "--heartbeat-interval=100",
        "--election-timeout=1000");
  }

  private static int leader(List<ServerProcess> members) {
    for (int i = 0; i < members.size(); i++) {
      String status = status(members.get(i));
      Matcher self = SELF.matcher(status);
      Matcher leader = LEADER.matcher(status);
      if (self.find() && leader.find() && self.group(1).equals(leader.group(1))) {
        return i;
      }
    }
    return -1;
  }

  private static String status(ServerProcess member) {
    URI uri = URI.create("http://" + member.endpoint() + "/v3/maintenance/status");
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .timeout(READ)
            .POST(HttpRequest.BodyPublishers.ofString("{}"))
            .build();
    try {
      return HTTP.send(request, HttpResponse.BodyHandlers.ofString(UTF_8)).body();
    } catch (IOException e) {
      return ""; // down or frozen, and so not the leader of anybody
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}

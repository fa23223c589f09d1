package io.discovery.tck;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Three members of one etcd: the single server of {@link EtcdServer} with other flags. */
final class EtcdCluster {
  private static final Pattern SELF = Pattern.compile("\"member_id\":\"(\\d+)\"");
  private static final Pattern LEADER = Pattern.compile("\"leader\":\"(\\d+)\"");
  private static final Duration READ = Duration.ofSeconds(1);
  private static final HttpClient HTTP = HttpClient.newBuilder().connectTimeout(READ).build();

  private EtcdCluster() {}

  static ServerCluster launch() {
    Path program = EtcdProgram.find();
    List<String> peers = new ArrayList<>();
    for (int i = 0; i < ServerCluster.SIZE; i++) {
      peers.add("http://127.0.0.1:" + Ports.free());
    }
    List<EtcdServer> members = new ArrayList<>();
    for (int i = 0; i < ServerCluster.SIZE; i++) {
      members.add(new EtcdServer(program, flags(i, peers)));
    }
    return new ServerCluster(members, EtcdCluster::leader);
  }

  /** Of two equal flags etcd takes the latter, so these replace those of a single server. */
  private static List<String> flags(int member, List<String> peers) {
    List<String> cluster = new ArrayList<>();
    for (int i = 0; i < peers.size(); i++) {
      cluster.add("m" + i + "=" + peers.get(i));
    }
    return List.of(
        "--name=m" + member,
        "--listen-peer-urls=" + peers.get(member),
        "--initial-advertise-peer-urls=" + peers.get(member),
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

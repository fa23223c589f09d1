package io.discovery.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class EtcdServerTest {
  private final HttpClient http = HttpClient.newHttpClient();

  private String post(EtcdServer server, String path, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .timeout(Duration.ofMillis(500))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  @Test
  void keepsAddressAndDataThroughEverythingButAWipe() throws Exception {
    Assumptions.assumeTrue(
        EtcdServer.disabled().isEmpty(), () -> EtcdServer.disabled().orElseThrow());
    EtcdServer server = EtcdServer.launch();
    long first = server.pid();
    try (server) {
      String endpoint = server.endpoint();
      post(server, "/v3/kv/put", "{\"key\":\"YQ==\",\"value\":\"Yg==\"}");
      server.restart();
      assertNotEquals(first, server.pid());
      server.kill();
      assertFalse(server.isRunning());
      server.start();
      server.pause();
      assertThrows(
          HttpTimeoutException.class, () -> post(server, "/v3/kv/range", "{\"key\":\"YQ==\"}"));
      server.resume();
      assertEquals(endpoint, server.endpoint());
      assertTrue(post(server, "/v3/kv/range", "{\"key\":\"YQ==\"}").contains("Yg=="));
      server.wipe();
      assertFalse(post(server, "/v3/kv/range", "{\"key\":\"YQ==\"}").contains("Yg=="));
    }
    server.close();
    assertFalse(server.isRunning());
    assertThrows(IllegalStateException.class, server::start);
  }

  @Test
  void aServerThatCannotStartSaysWhy() {
    Assumptions.assumeTrue(
        EtcdServer.disabled().isEmpty(), () -> EtcdServer.disabled().orElseThrow());
    IllegalStateException failure =
        assertThrows(IllegalStateException.class, () -> EtcdServer.launch("--no-such-flag"));
    assertTrue(failure.getMessage().contains("no-such-flag"), failure.getMessage());
  }
}

package io.discovery.zookeeper;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a server counts, by its four-letter word {@code mntr}. */
public record ServerStatus(String text) {
  public static ServerStatus of(int port) {
    return new ServerStatus(answer(port, "mntr"));
  }

  /** Returns the answer to any four-letter word. */
  public static String answer(int port, String word) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write(word.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new AssertionError("no answer to " + word, e);
    }
  }

  public long number(String name) {
    Matcher line = Pattern.compile("(?m)^" + name + "\\s+(\\d+)").matcher(text);
    if (!line.find()) {
      throw new AssertionError("no " + name + " in " + text);
    }
    return Long.parseLong(line.group(1));
  }
}

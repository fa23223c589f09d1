package io.discovery.examples.quickstart;

import java.io.IOException;

/**
 * Runs {@link GreeterServer} in a process that ends with the one that started it, however that
 * ends: their pipe breaks.
 */
final class Leash {
  private Leash() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Thread leash = new Thread(Leash::hold, "leash");
    leash.setDaemon(true);
    leash.start();
    GreeterServer.main(args);
  }

  private static void hold() {
    try {
      while (System.in.read() >= 0) {
        // nothing is ever sent
      }
    } catch (IOException broken) {
      System.err.println("the quickstart is gone: " + broken);
    }
    Runtime.getRuntime().halt(1);
  }
}

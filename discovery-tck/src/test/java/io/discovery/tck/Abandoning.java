package io.discovery.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A program that starts a child, says which, and never cleans up. */
final class Abandoning {
  private Abandoning() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path home = Files.createDirectory(Path.of(arguments[0]));
    ChildProcess child =
        ChildProcess.start(home, home.resolve("log"), List.of("sleep", "600"), List.of());
    System.out.println(child.pid());
    new CountDownLatch(1).await();
  }
}

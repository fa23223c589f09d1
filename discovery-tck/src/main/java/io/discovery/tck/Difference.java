package io.discovery.tck;

import io.discovery.Change;
import io.discovery.ServiceInstance;
import io.discovery.Snapshot;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** What lies between an expected and an actual set, in words that fit on a line. */
final class Difference {
  private static final int MOST = 10;
  private static final int LONGEST = 200;

  private Difference() {}

  /** Returns the set of these instances, as a snapshot would hold them. */
  static List<ServiceInstance> sorted(ServiceInstance... instances) {
    return Arrays.stream(instances).sorted(Comparator.comparing(ServiceInstance::id)).toList();
  }

  static String describe(List<ServiceInstance> expected, List<ServiceInstance> actual) {
    List<Change> changes =
        new Snapshot("any", 0, actual).changesSince(new Snapshot("any", 0, expected));
    return expected.size()
        + " expected, "
        + actual.size()
        + " found; "
        + changes.stream().limit(MOST).map(Difference::describe).collect(Collectors.joining("; "))
        + (changes.size() > MOST ? "; and " + (changes.size() - MOST) + " more" : "");
  }

  private static String describe(Change change) {
    if (change instanceof Change.Added) {
      return "not expected: " + shorten(change.instance());
    } else if (change instanceof Change.Updated updated) {
      return "expected "
          + shorten(updated.previous())
          + " but found "
          + shorten(updated.instance());
    } else {
      return "missing: " + shorten(change.instance());
    }
  }

  static String shorten(Object value) {
    String text = value.toString();
    return text.length() <= LONGEST
        ? text
        : text.substring(0, LONGEST) + "… (" + text.length() + " chars)";
  }
}

package io.discovery.zookeeper;

import java.util.Optional;
import org.apache.zookeeper.common.PathUtils;

/**
 * Paths: {@code <root>/<service>/<id>}. The root is the namespace below the chroot of the
 * connection string, if there is one. Service and id come encoded, so each is one path segment.
 * Immutable.
 */
final class ZooKeeperKeys {
  /** What stands behind the namespace in that of the settings. */
  static final String SETTINGS = ".settings";

  private final String root; // "" or "/a/b"
  private final boolean bare; // so that the settings stand among the services

  /**
   * Joins chroot and namespace, either of which may be empty.
   *
   * @throws IllegalArgumentException if ZooKeeper would not have such a path
   */
  ZooKeeperKeys(String chroot, String namespace) {
    this.root = absolute(chroot) + absolute(namespace);
    this.bare = absolute(namespace).isEmpty();
    try {
      PathUtils.validatePath(root());
    } catch (IllegalArgumentException e) {
      throw refused(e.getMessage());
    }
    if (root.equals("/zookeeper") || root.startsWith("/zookeeper/")) {
      throw refused("ZooKeeper keeps /zookeeper for itself");
    }
  }

  /** Returns the parent of all services. */
  String root() {
    return root.isEmpty() ? "/" : root;
  }

  /** Returns the parent of a service's records. */
  String service(String service) {
    return root + "/" + service;
  }

  /** Returns the path of a record. */
  String record(String service, String id) {
    return service(service) + "/" + id;
  }

  /** Tells whether a node below the root, though it looks like a service's, is none. */
  boolean isForeign(String name) {
    return name.equals("zookeeper") || (bare && name.equals(SETTINGS));
  }

  /** Tells whether {@code path} is a service's, rather than a part of the root. */
  boolean isService(String path) {
    return path.length() > root.length();
  }

  /** Tells whether ZooKeeper's client takes this for a path; other versions of it may have. */
  static boolean isPath(String path) {
    try {
      PathUtils.validatePath(path);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Returns the path above; of a path with one segment it is the root of the store. */
  static String parent(String path) {
    return path.substring(0, Math.max(1, path.lastIndexOf('/')));
  }

  /** Returns the path of a child. */
  static String child(String parent, String name) {
    return parent.equals("/") ? "/" + name : parent + "/" + name;
  }

  /** Returns the name of the node at {@code path} if it is a child, no deeper descendant. */
  static Optional<String> childName(String parent, String path) {
    boolean isChild =
        path.length() > parent.length() + 1
            && path.startsWith(parent)
            && path.charAt(parent.length()) == '/'
            && path.indexOf('/', parent.length() + 1) < 0;
    return isChild ? Optional.of(path.substring(parent.length() + 1)) : Optional.empty();
  }

  private IllegalArgumentException refused(String why) {
    return new IllegalArgumentException(
        "namespace: '" + root + "' (expected: a path ZooKeeper can have: " + why + ")");
  }

  private static String absolute(String path) {
    String trimmed = path.replaceAll("/+$", "");
    return trimmed.isEmpty() || trimmed.startsWith("/") ? trimmed : "/" + trimmed;
  }
}

package io.discovery;

import java.util.List;

/** The wire formats by name. */
final class Codecs {
  private static final List<InstanceCodec> ALL = List.of(new EtcdNamingCodec(), new CuratorCodec());

  private Codecs() {}

  static List<String> names() {
    return ALL.stream().map(InstanceCodec::name).toList();
  }

  /**
   * Returns the format of this name; the name has been checked as a setting or comes from a
   * provider.
   */
  static InstanceCodec named(String name) {
    return ALL.stream()
        .filter(codec -> codec.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "format: '" + Names.escape(name) + "' (expected: one of " + names() + ")"));
  }
}

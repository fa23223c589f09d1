package io.discovery.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.etcd.jetcd.ByteSequence;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What keys name, whoever wrote them. */
class EtcdKeysTest {
  private final ByteSequence prefix = new EtcdKeys("n").service("s");

  private Optional<String> id(byte[] segment) {
    return EtcdKeys.idBelow(prefix, prefix.concat(ByteSequence.from(segment)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "10.0.0.1:80", "ä€😀", "a\uFFFD", "\uFFFD"})
  void aSegmentIsAnId(String text) {
    assertEquals(Optional.of(text), id(text.getBytes(UTF_8)));
  }

  /** Each would be read as a replacement character, and so as the id of another key. */
  @ParameterizedTest
  @ValueSource(strings = {"61EF", "61EFBF", "FF", "EFBFBDFF", "61EFBFBDEF", "C0AF", "EDA080"})
  void bytesThatAreNoTextNameNothing(String hex) {
    assertEquals(Optional.empty(), id(HexFormat.of().parseHex(hex)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", "/"})
  void whatIsNotOneSegmentNamesNothing(String text) {
    assertEquals(Optional.empty(), id(text.getBytes(UTF_8)));
  }

  @Test
  void keysOfOthersNameNothing() {
    assertEquals(Optional.empty(), EtcdKeys.idBelow(prefix, ByteSequence.from("n/sa/b", UTF_8)));
    assertEquals(Optional.empty(), EtcdKeys.idBelow(prefix, ByteSequence.from("n/s", UTF_8)));
  }
}

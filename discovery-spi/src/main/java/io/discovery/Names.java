package io.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.HexFormat;

/**
 * Service names and instance ids as data: checked, and percent-encoded into one path segment that
 * no store reserves or splits (rule 1.2). The encoding is injective, so no two names share a key.
 */
final class Names {
  private static final int MAX_BYTES = 200;
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private Names() {}

  /**
   * Returns {@code name}, or fails with a message that says {@code field}, value and what was
   * expected.
   */
  static String check(String field, String name) {
    if (name.isEmpty() || !isWellFormed(name) || hasControls(name) || !fits(name, MAX_BYTES)) {
      throw new IllegalArgumentException(
          field
              + ": '"
              + escape(name)
              + "' (expected: 1.."
              + MAX_BYTES
              + " UTF-8 bytes of well-formed Unicode without control characters)");
    }
    return name;
  }

  /** Tells whether UTF-8 needs no more bytes than these; nearly all names are short. */
  static boolean fits(String text, int bytes) {
    return text.length() <= bytes / 3 || text.getBytes(UTF_8).length <= bytes;
  }

  /** Tells whether {@code text} has no unpaired surrogate, so that UTF-8 can carry it. */
  static boolean isWellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return false;
      }
    }
    return true;
  }

  private static boolean hasControls(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        return true;
      }
    }
    return false;
  }

  /** Encodes a checked name as a path segment. */
  static String encode(String name) {
    StringBuilder segment = new StringBuilder(name.length() + 8);
    for (byte b : name.getBytes(UTF_8)) {
      if (isSafe(b)) {
        segment.append((char) b);
      } else {
        segment.append('%').append(HEX.toHexDigits(b));
      }
    }
    return switch (segment.toString()) {
      case "." -> "%2E";
      case ".." -> "%2E%2E";
      case "zookeeper" -> "%7Aookeeper";
      default -> segment.toString();
    };
  }

  /**
   * Decodes a path segment. A segment that {@link #encode} would not have written, such as one of a
   * foreign writer, stands for itself.
   */
  static String decode(String segment) {
    if (segment.indexOf('%') < 0) {
      return segment;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(segment.length());
    try {
      for (int i = 0; i < segment.length(); i++) {
        char c = segment.charAt(i);
        if (c == '%') {
          bytes.write(HexFormat.fromHexDigits(segment, i + 1, i + 3));
          i += 2;
        } else {
          bytes.write(c);
        }
      }
      String name = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray())).toString();
      return encode(name).equals(segment) ? name : segment;
    } catch (CharacterCodingException
        | IllegalArgumentException
        | IndexOutOfBoundsException foreign) {
      return segment;
    }
  }

  /** Tells whether {@link #encode} writes this segment; no two of those decode alike. */
  static boolean isEncoded(String segment) {
    return (isSafe(segment) && !isReserved(segment)) || encode(decode(segment)).equals(segment);
  }

  private static boolean isSafe(String segment) {
    for (int i = 0; i < segment.length(); i++) {
      if (!isSafe(segment.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSafe(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "-._~:@".indexOf(c) >= 0;
  }

  /** Stores and file systems give these three a meaning of their own. */
  private static boolean isReserved(String segment) {
    return segment.equals(".") || segment.equals("..") || segment.equals("zookeeper");
  }

  /**
   * Makes a string from outside safe for a log line or a message: controls escaped, length bounded
   * (rule 7.5).
   */
  static String escape(String text) {
    StringBuilder safe = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (i == 120) {
        return safe.append("… (").append(text.length()).append(" chars)").toString();
      }
      char c = text.charAt(i);
      if (isPlain(c)) {
        safe.append(c);
      } else {
        safe.append("\\u").append(HEX.toHexDigits(c));
      }
    }
    return safe.toString();
  }

  private static boolean isPlain(char c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}

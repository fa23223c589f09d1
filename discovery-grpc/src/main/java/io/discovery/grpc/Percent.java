package io.discovery.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.HexFormat;
import java.util.function.IntPredicate;

/** Percent-encoding of names in targets, authorities and messages. */
final class Percent {
  private static final String UNRESERVED =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private Percent() {}

  /**
   * Encodes everything but RFC 3986's unreserved characters, so that the result is one path
   * segment, a valid authority and safe to log.
   */
  static String encode(String text) {
    return encode(text, b -> UNRESERVED.indexOf(b) >= 0);
  }

  /**
   * Encodes what is no visible ASCII, and what separates values of a header: readable, and safe to
   * log or to send.
   */
  static String encodeInvisible(String text) {
    return encode(text, b -> b > ' ' && b < 0x7F && b != '%' && b != ',');
  }

  private static String encode(String text, IntPredicate kept) {
    StringBuilder encoded = new StringBuilder(text.length() + 8);
    for (byte b : text.getBytes(UTF_8)) {
      if (kept.test(b)) {
        encoded.append((char) b);
      } else {
        encoded.append('%').append(HEX.toHexDigits(b));
      }
    }
    return encoded.toString();
  }

  /**
   * Decodes UTF-8; {@code +} stands for itself. Fails if the escapes are broken or are not UTF-8.
   */
  static String decode(String encoded) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length());
    try {
      for (int i = 0; i < encoded.length(); i++) {
        char c = encoded.charAt(i);
        if (c == '%') {
          bytes.write(HexFormat.fromHexDigits(encoded, i + 1, i + 3));
          i += 2;
        } else {
          bytes.writeBytes(String.valueOf(c).getBytes(UTF_8));
        }
      }
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray())).toString();
    } catch (CharacterCodingException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("'" + encoded + "' (expected: percent-encoded UTF-8)", e);
    }
  }
}

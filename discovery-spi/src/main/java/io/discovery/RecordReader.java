package io.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Optional;

/**
 * Reads one hostile JSON record token by token (rule 7.5): size checked before parsing, strict
 * grammar, nesting at most 8, nothing after the value, no reflection. For one thread and one
 * record.
 */
final class RecordReader {
  private static final int MAX_NESTING = 8;
  private static final char REPLACEMENT = '\uFFFD';

  private final JsonReader json;

  private RecordReader(String text) {
    json = new JsonReader(new StringReader(text));
    json.setStrictness(Strictness.STRICT);
    json.setNestingLimit(MAX_NESTING);
  }

  /** Handles one member of an object, whose name was read and whose value is next. */
  interface Member {
    void read(String name) throws IOException, BadRecordException;
  }

  /** What a codec does with a record. */
  interface Body {
    void read(RecordReader record) throws IOException, BadRecordException;
  }

  /** Runs {@code body} over {@code value}, which must be exactly one JSON object. */
  static void read(byte[] value, Body body) throws BadRecordException {
    if (value.length > InstanceCodec.MAX_READ) {
      throw new BadRecordException(
          value.length + " bytes (expected: at most " + InstanceCodec.MAX_READ + ")");
    }
    try {
      RecordReader record = new RecordReader(text(value));
      if (record.json.peek() != JsonToken.BEGIN_OBJECT) {
        throw new BadRecordException("no JSON object");
      }
      body.read(record);
      if (record.json.peek() != JsonToken.END_DOCUMENT) {
        throw new BadRecordException("more than one JSON value");
      }
    } catch (CharacterCodingException e) {
      throw new BadRecordException("no UTF-8");
    } catch (MalformedJsonException e) {
      throw new BadRecordException("malformed JSON");
    } catch (IOException | IllegalStateException | NumberFormatException e) {
      throw new BadRecordException(
          "no such JSON as expected: " + Names.escape(String.valueOf(e.getMessage())));
    }
  }

  /** The quick way, unless it met what is no UTF-8 or the character that it puts in its place. */
  private static String text(byte[] value) throws CharacterCodingException {
    String text = new String(value, UTF_8);
    return text.indexOf(REPLACEMENT) < 0
        ? text
        : UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
  }

  /**
   * Reads an object, one call of {@code member} for each of its members; anything but an object is
   * skipped.
   */
  void object(Member member) throws IOException, BadRecordException {
    if (json.peek() != JsonToken.BEGIN_OBJECT) {
      json.skipValue();
      return;
    }
    json.beginObject();
    while (json.hasNext()) {
      member.read(json.nextName());
    }
    json.endObject();
  }

  void skip() throws IOException {
    json.skipValue();
  }

  /** Reads a string; null is absent. */
  Optional<String> string(String name) throws IOException, BadRecordException {
    return switch (json.peek()) {
      case NULL -> {
        json.nextNull();
        yield Optional.empty();
      }
      case STRING -> Optional.of(json.nextString());
      default -> throw new BadRecordException(name + ": " + json.peek() + " (expected: a string)");
    };
  }

  /**
   * Reads a whole number without fraction or exponent; null is absent; a string of digits counts
   * only if {@code lenient}.
   */
  Optional<Integer> integer(String name, boolean lenient) throws IOException, BadRecordException {
    JsonToken token = json.peek();
    if (token == JsonToken.NULL) {
      json.nextNull();
      return Optional.empty();
    }
    if (token == JsonToken.NUMBER || (lenient && token == JsonToken.STRING)) {
      String literal = json.nextString();
      if (isDigits(literal.startsWith("-") ? literal.substring(1) : literal, 10)) {
        return Optional.of(Integer.valueOf(literal));
      }
      throw new BadRecordException(
          name + ": '" + Names.escape(literal) + "' (expected: a whole number)");
    }
    throw new BadRecordException(name + ": " + token + " (expected: a whole number)");
  }

  /** Tells whether this is one ASCII digit or more, up to {@code most}. */
  static boolean isDigits(String text, int most) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return !text.isEmpty() && text.length() <= most;
  }

  /**
   * Reads an object's scalar members as strings; nested ones go to {@code nested}, which reads or
   * skips the value.
   */
  Metadata scalars(Member nested) throws IOException, BadRecordException {
    Metadata.Builder scalars = new Metadata.Builder();
    object(
        name -> {
          switch (json.peek()) {
            case STRING, NUMBER -> scalars.put(RepeatedNames.of(name), json.nextString());
            case BOOLEAN ->
                scalars.put(RepeatedNames.of(name), Boolean.toString(json.nextBoolean()));
            case NULL -> json.nextNull();
            default -> nested.read(name);
          }
        });
    return scalars.build();
  }
}

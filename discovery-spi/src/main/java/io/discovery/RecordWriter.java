package io.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** Writes one record: the same instance always gives the same bytes. */
final class RecordWriter {
  private RecordWriter() {}

  /** Writes the members of an object that is open. */
  interface Body {
    void write(JsonWriter json) throws IOException;
  }

  static byte[] write(Body body) {
    StringWriter text = new StringWriter();
    try (JsonWriter json = new JsonWriter(text)) {
      json.beginObject();
      body.write(json);
      json.endObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a StringWriter does not fail", e);
    }
    return text.toString().getBytes(UTF_8);
  }
}

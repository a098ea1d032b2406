package dev.ila.model;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;

/** Strict JSON: Gson alone takes comments, single quotes, and the last of two equal names. */
final class StrictJson {
    private static final String GSON_ADVICE =
            "Use JsonReader.setStrictness(Strictness.LENIENT) to accept malformed JSON";

    private StrictJson() {}

    /** The object that {@code text}, named {@code name} in messages, is. */
    static JsonObject object(Path file, String name, String text) {
        JsonReader reader = new JsonReader(new StringReader(text));
        reader.setStrictness(Strictness.STRICT);
        JsonObject out = new JsonObject();
        try {
            FileCheck.that(
                    reader.peek() == JsonToken.BEGIN_OBJECT,
                    reader.peek(),
                    file,
                    name,
                    "a JSON object");
            reader.beginObject();
            while (reader.hasNext()) {
                String key = reader.nextName();
                FileCheck.that(!out.has(key), key, file, "a name in the " + name, "there once");
                JsonElement value = JsonParser.parseReader(reader);
                out.add(key, value);
            }
            reader.endObject();
            FileCheck.that(
                    reader.peek() == JsonToken.END_DOCUMENT,
                    reader.peek(),
                    file,
                    "end of the " + name,
                    "the end");
            return out;
        } catch (MalformedJsonException | JsonParseException | java.io.EOFException e) {
            throw malformed(file, name, e);
        } catch (IOException e) {
            throw FileCheck.unreadable(file, e);
        }
    }

    private static RuntimeException malformed(Path file, String name, Exception e) {
        Throwable cause = e.getCause() instanceof IOException ? e.getCause() : e;
        String first = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
        String said = first.replace(GSON_ADVICE, "unexpected text");
        IOException kept = new IOException(said, e);
        return new java.io.UncheckedIOException(
                file + ": " + name + " must be JSON, but is: malformed (" + said + ")", kept);
    }
}

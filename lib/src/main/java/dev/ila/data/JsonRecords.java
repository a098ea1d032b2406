package dev.ila.data;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.function.ObjIntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Streams the records of a JSON array or of JSON lines, strictly, and knows where it stands. */
final class JsonRecords {
    private static final TypeAdapter<JsonElement> ELEMENT =
            new Gson().getAdapter(JsonElement.class);

    /** As the reader tells where it stands. */
    private static final Pattern PLACE = Pattern.compile("line (\\d+)");

    /** Blanks that may stand before the first record. */
    private static final int LOOK_AHEAD = 1 << 16;

    private final Path file;
    private final ObjIntConsumer<JsonElement> consumer;

    /** Line of a file of lines, from 1; 0 in an array, where the reader counts them. */
    private int line;

    private int record;

    private JsonRecords(Path file, ObjIntConsumer<JsonElement> consumer) {
        this.file = file;
        this.consumer = consumer;
    }

    /** Gives every record and its number, from 1, to {@code consumer}. */
    static void read(Path file, BufferedReader text, ObjIntConsumer<JsonElement> consumer)
            throws IOException {
        new JsonRecords(file, consumer).read(text);
    }

    private void read(BufferedReader text) throws IOException {
        int first = skipToFirst(text);
        if (first < 0) {
            throw new UncheckedIOException(
                    file + " must be a file with records, but is: empty",
                    new IOException("no JSON value"));
        }
        if (first == '[') {
            readArray(text);
        } else {
            readLines(text);
        }
    }

    private void readArray(BufferedReader text) throws IOException {
        JsonReader reader = strict(text);
        record = 1;
        try {
            reader.beginArray();
            while (reader.hasNext()) {
                JsonElement element = ELEMENT.read(reader);
                consumer.accept(element, record++);
            }
            reader.endArray();
            requireEnd(reader);
        } catch (CharacterCodingException e) {
            throw e;
        } catch (IOException | JsonParseException | IllegalStateException e) {
            throw broken(reader, e);
        }
    }

    private void readLines(BufferedReader text) throws IOException {
        for (String json = text.readLine(); json != null; json = text.readLine()) {
            line++;
            if (json.isBlank()) {
                continue;
            }
            record++;
            JsonReader reader = strict(new StringReader(json));
            JsonElement element;
            try {
                element = ELEMENT.read(reader);
                requireEnd(reader);
            } catch (IOException | JsonParseException | IllegalStateException e) {
                throw broken(reader, e);
            }
            consumer.accept(element, record);
        }
    }

    /** The first character that is no blank, the reader left where the text begins; -1 if none. */
    private static int skipToFirst(BufferedReader text) throws IOException {
        text.mark(LOOK_AHEAD);
        int c = text.read();
        while (c >= 0 && Character.isWhitespace(c)) {
            c = text.read();
        }
        text.reset();
        return c;
    }

    private static JsonReader strict(Reader text) {
        JsonReader reader = new JsonReader(text);
        reader.setStrictness(Strictness.STRICT);
        return reader;
    }

    private static void requireEnd(JsonReader reader) throws IOException {
        if (reader.peek() != JsonToken.END_DOCUMENT) {
            throw new IOException("more after the end");
        }
    }

    private UncheckedIOException broken(JsonReader reader, Exception cause) {
        Matcher place = PLACE.matcher(reader.toString());
        String where = "";
        if (place.find()) {
            int at = line > 0 ? line : Integer.parseInt(place.group(1));
            where = "line " + at + ", ";
        }
        String message =
                file + " must be well-formed JSON, but is: broken at " + where + "record " + record;
        return new UncheckedIOException(
                message, cause instanceof IOException io ? io : new IOException(cause));
    }
}

package dev.ila.data;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import dev.ila.run.Failure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
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

    private static final int BYTE_ORDER_MARK = 0xFEFF;

    private final Path file;
    private final ObjIntConsumer<JsonElement> consumer;

    /** Line of a file of lines, from 1; 0 in an array, where the reader counts them. */
    private int line;

    private int record;

    private JsonRecords(Path file, ObjIntConsumer<JsonElement> consumer) {
        this.file = file;
        this.consumer = consumer;
    }

    /**
     * Gives every record and its number, from 1, to {@code consumer}, and returns the SHA-256 of
     * the file's bytes in hexadecimal.
     */
    static String read(Path file, ObjIntConsumer<JsonElement> consumer) {
        MessageDigest digest = sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest);
                Reader strict = new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder());
                BufferedReader text = new BufferedReader(strict)) {
            new JsonRecords(file, consumer).read(text);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " could not be read: " + Failure.reason(e), e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private void read(BufferedReader text) throws IOException {
        try {
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
        } catch (CharacterCodingException e) {
            throw new UncheckedIOException(
                    file + " must be UTF-8, but is: other bytes after record " + record, e);
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
            record--;
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
        text.mark(1);
        if (text.read() != BYTE_ORDER_MARK) {
            text.reset();
        }
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

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 must be part of the Java platform", e);
        }
    }
}

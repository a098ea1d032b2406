package dev.ila.run;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Records as indented JSON and back. Keys stand in the order of the record's components. */
public final class Json {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().serializeNulls().create();

    private Json() {}

    /**
     * A value as JSON that ends in a newline.
     *
     * @throws IllegalArgumentException if it holds NaN or an infinity, which JSON has not
     */
    public static String text(Object value) {
        return GSON.toJson(value) + "\n";
    }

    /** Writes {@link #text} atomically. */
    public static void write(Path file, Object value) {
        AtomicFiles.write(file, text(value));
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws UncheckedIOException if it cannot be read or is something else
     */
    public static <T> T read(Path file, Class<T> type) {
        try {
            T value = GSON.fromJson(Files.readString(file), type);
            if (value == null) {
                throw new IOException("the file is empty");
            }
            return value;
        } catch (IOException e) {
            throw unreadable(file, Failure.reason(e), e);
        } catch (JsonParseException e) {
            Throwable root = e.getCause() == null ? e : e.getCause();
            throw unreadable(file, root.getMessage(), new IOException(e));
        }
    }

    private static UncheckedIOException unreadable(Path file, String reason, IOException cause) {
        return new UncheckedIOException(
                "%s could not be read: %s".formatted(file, reason.lines().findFirst().orElse("")),
                cause);
    }
}

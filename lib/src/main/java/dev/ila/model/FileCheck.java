package dev.ila.model;

import dev.ila.run.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Checks of what a file says. A file that breaks a rule, cannot be read or cannot be written is an
 * {@link UncheckedIOException} of one line that begins with the file.
 */
public final class FileCheck {
    private FileCheck() {}

    /** Returns {@code value} if {@code holds}; {@code rule} completes "name must be …". */
    public static <T> T that(boolean holds, T value, Path file, String name, String rule) {
        if (!holds) {
            throw broken(file, name + " must be " + rule + ", but is: " + value);
        }
        return value;
    }

    /** Returns {@code file} if it is there; {@code remedy} says where it should have come from. */
    public static Path exists(Path file, String remedy) {
        if (!Files.isRegularFile(file)) {
            String what = "must be a file, but is: missing (" + remedy + ")";
            throw failure(file + " " + what, new IOException(what));
        }
        return file;
    }

    /** What to throw when {@code file} says something that breaks a rule. */
    public static UncheckedIOException broken(Path file, String what) {
        return failure(file + ": " + what, new IOException(what));
    }

    /** What to throw when reading {@code file} failed. */
    public static UncheckedIOException unreadable(Path file, IOException cause) {
        return failure(file + " could not be read: " + Failure.reason(cause), cause);
    }

    /** What to throw when writing {@code file} failed, as on a full disk. */
    public static UncheckedIOException unwritable(Path file, IOException cause) {
        String remedy = " (free some space there, or choose another directory)";
        return failure(file + " could not be written: " + Failure.reason(cause) + remedy, cause);
    }

    private static UncheckedIOException failure(String message, IOException cause) {
        return new UncheckedIOException(message, cause);
    }
}

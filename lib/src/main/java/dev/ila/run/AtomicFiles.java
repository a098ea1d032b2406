package dev.ila.run;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Files that are there whole or not at all: written beside their place, forced to the disk, then
 * moved. Whoever reads the place sees the old content or the new, even if the process is killed.
 */
public final class AtomicFiles {
    private static final int BUFFER = 1 << 16;

    private AtomicFiles() {}

    /** Writes a file's content; what it throws, the caller of {@link #write} gets. */
    @FunctionalInterface
    public interface Content {
        /** Writes all of the content; the stream is buffered and closed by the caller. */
        void to(OutputStream out) throws IOException;
    }

    /** Writes text as UTF-8, replacing what was there. */
    public static void write(Path target, String text) {
        write(target, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes bytes, replacing what was there. */
    public static void write(Path target, byte[] bytes) {
        write(target, out -> out.write(bytes));
    }

    /**
     * Writes streamed content, replacing what was there. Missing parent directories are made.
     *
     * @throws UncheckedIOException if it could not be written whole; the target is then as before
     */
    public static void write(Path target, Content content) {
        Path absolute = target.toAbsolutePath();
        // A fixed name: what a killed process left behind is overwritten by the next, not kept.
        Path part = absolute.resolveSibling("." + absolute.getFileName() + ".part");
        try {
            Files.createDirectories(absolute.getParent());
            try {
                force(part, content);
                Files.move(part, absolute, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(message(target, e), e);
        }
    }

    private static void force(Path part, Content content) throws IOException {
        // Makes the file, with an exception that says what is wrong if it cannot be made. The
        // other stream is not closed by an interrupt of the thread, as one of a channel would be.
        Files.newOutputStream(part).close();
        try (FileOutputStream file = new FileOutputStream(part.toFile())) {
            OutputStream out = new BufferedOutputStream(file, BUFFER);
            content.to(out);
            out.flush();
            file.getFD().sync();
        }
    }

    private static String message(Path target, IOException e) {
        String reason = String.valueOf(e.getMessage());
        boolean full = reason.contains("No space left") || reason.contains("not enough space");
        if (full) {
            return "%s could not be written: no space left on device (%s). Free space and repeat"
                    .formatted(target.getFileName(), target);
        }
        return "%s could not be written: %s (%s)"
                .formatted(target.getFileName(), Failure.reason(e), target);
    }
}

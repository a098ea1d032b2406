package dev.ila.hub;

import dev.ila.run.Hash;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The bytes of one blob on their way to the disk, beside the place where they will stand. */
final class Download implements HubClient.Sink, AutoCloseable {
    private static final long TELL_NANOS = 100_000_000;

    private final Path part;
    private final String name;
    private final OptionalLong total;
    private final HubProgress progress;
    private FileOutputStream file;
    private long position;
    private long told;

    /**
     * Goes on with what an earlier download left.
     *
     * @param name of the file, as progress is told of it
     * @param total bytes of the whole, where they are known
     */
    Download(Path part, String name, OptionalLong total, HubProgress progress) {
        this.part = part;
        this.name = name;
        this.total = total;
        this.progress = progress;
        try {
            Files.createDirectories(part.getParent());
            position = Files.exists(part) ? Files.size(part) : 0;
            // Of an unknown length any byte may be the last.
            boolean more = total.isPresent() && position <= total.getAsLong();
            file = new FileOutputStream(part.toFile(), more);
            position = more ? position : 0;
        } catch (IOException e) {
            throw HubCache.unwritable(part, e);
        }
        tell(true);
    }

    /** Whether all bytes are there. */
    boolean complete() {
        return total.isPresent() && position == total.getAsLong();
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public void restart() {
        try {
            file.close();
            file = new FileOutputStream(part.toFile());
            position = 0;
        } catch (IOException e) {
            throw HubCache.unwritable(part, e);
        }
    }

    @Override
    public boolean take(Body body) throws IOException, InterruptedException {
        int bytes = body.next(new Disk());
        if (bytes >= 0) {
            position += bytes;
            tell(false);
            // More than the file has is wrong already, and need not fill the disk.
            return total.isEmpty() || position <= total.getAsLong();
        }
        if (total.isPresent() && position < total.getAsLong()) {
            throw new HubErrors.Broken("the answer ended early");
        }
        tell(true);
        return false;
    }

    private void tell(boolean always) {
        long now = System.nanoTime();
        if (always || now - told >= TELL_NANOS) {
            told = now;
            progress.at(name, position, total.orElse(-1));
        }
    }

    /** Tells a full disk from a cut connection: the first is not tried again. */
    private final class Disk extends OutputStream {
        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            try {
                file.write(bytes, from, length);
            } catch (IOException e) {
                throw HubCache.unwritable(part, e);
            }
        }
    }

    /** Puts the whole file in its place. */
    void settle(Path blob) {
        try {
            file.getFD().sync();
            file.close();
            Files.move(part, blob, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw HubCache.unwritable(blob, e);
        }
    }

    /**
     * What is wrong with the bytes on the disk; empty if nothing is.
     *
     * @param hash that they must have: SHA-256, or Git's SHA-1, which begins with the length
     */
    Optional<String> wrong(Optional<String> hash) {
        if (total.isPresent() && position != total.getAsLong()) {
            return Optional.of(
                    "must have %d bytes, but has: %d".formatted(total.getAsLong(), position));
        }
        return hash.map(
                        h ->
                                Map.entry(
                                        h,
                                        h.length() == 64 ? Hash.sha256(part) : Hash.gitBlob(part)))
                .filter(e -> !e.getKey().equals(e.getValue()))
                .map(e -> "must have the hash %s, but has: %s".formatted(e.getKey(), e.getValue()));
    }

    /** Lets the file be; what is there stays for the next. */
    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw HubCache.unwritable(part, e);
        }
    }
}

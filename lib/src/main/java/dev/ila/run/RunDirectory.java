package dev.ila.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The one directory in which a run keeps everything. While it is open no other process, and nobody
 * else in this one, can open it.
 *
 * <p>Its files: {@code run.json} (the settings, from the first second), {@code checkpoint/} (until
 * the end), {@code result.json}, {@code scores.csv}, {@code history.csv}, {@code adapter/}, {@code
 * adalora/}, {@code charts/}.
 */
public final class RunDirectory implements AutoCloseable {
    /** Somebody else makes the run. */
    public static final class InUse extends IllegalArgumentException {
        private InUse(Path path) {
            super(
                    "run directory must be unused by another process, but is: %s; wait for its run"
                                    .formatted(path)
                            + " to end or name another directory with --out");
        }
    }

    private static final String LOCK = ".lock";

    private final Path path;
    private final FileChannel lock;
    private boolean made;

    private RunDirectory(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Takes a directory for a new run; missing parents are made.
     *
     * @throws IllegalArgumentException if it holds something or cannot be written
     * @throws InUse if somebody else has it
     */
    public static RunDirectory create(Path path) {
        boolean made = !Files.exists(path);
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw unwritable(path, e);
        }
        if (!Files.exists(path.resolve(LOCK))) {
            requireEmpty(path);
        }
        RunDirectory run = lock(path);
        try {
            requireEmpty(path);
            run.made = made;
            return run;
        } catch (RuntimeException e) {
            run.close();
            throw e;
        }
    }

    private static void requireEmpty(Path path) {
        firstFile(path)
                .ifPresent(
                        used -> {
                            throw new IllegalArgumentException(
                                    "run directory must be new or empty, but is: "
                                            + path
                                            + ", which holds "
                                            + used
                                            + "; continue its run with --resume or name another"
                                            + " directory with --out");
                        });
    }

    /**
     * Takes the directory of a run that was begun, to go on with it.
     *
     * @throws IllegalArgumentException if no run was begun there or it cannot be written
     * @throws InUse if somebody else has it
     */
    public static RunDirectory open(Path path) {
        if (!Files.isRegularFile(path.resolve("run.json"))) {
            throw new IllegalArgumentException(
                    "run directory must be one that holds run.json, but is: %s; leave out --resume"
                                    .formatted(path)
                            + " to begin a run there");
        }
        return lock(path);
    }

    private static RunDirectory lock(Path path) {
        FileChannel channel;
        try {
            channel =
                    FileChannel.open(
                            path.resolve(LOCK),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw unwritable(path, e);
        }
        RunDirectory run = new RunDirectory(path, channel);
        if (!run.tryLock()) {
            run.close();
            throw new InUse(path);
        }
        return run;
    }

    private boolean tryLock() {
        try {
            FileLock held = lock.tryLock();
            return held != null;
        } catch (OverlappingFileLockException e) {
            return false;
        } catch (IOException e) {
            throw unwritable(path, e);
        }
    }

    private static IllegalArgumentException unwritable(Path path, IOException e) {
        return new IllegalArgumentException(
                "run directory must be writable, but is: %s (%s); name another directory with --out"
                        .formatted(path, Failure.reason(e)),
                e);
    }

    private static Optional<String> firstFile(Path path) {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(name -> !name.equals(LOCK))
                    .sorted()
                    .findFirst();
        } catch (IOException e) {
            throw unwritable(path, e);
        }
    }

    /** The directory itself. */
    public Path path() {
        return path;
    }

    /** What the run was asked to do: {@code run.json}. */
    public Path settings() {
        return path.resolve("run.json");
    }

    /** What came out, and from what: {@code result.json}. */
    public Path result() {
        return path.resolve("result.json");
    }

    /** One line for each layer: {@code scores.csv}. */
    public Path scores() {
        return path.resolve("scores.csv");
    }

    /** One line for each optimizer step: {@code history.csv}. */
    public Path history() {
        return path.resolve("history.csv");
    }

    /** Δθ in PEFT's format: {@code adapter/}. */
    public Path adapter() {
        return path.resolve("adapter");
    }

    /** The same of AdaLoRA, as PEFT's AdaLoRA adapter: {@code adalora/}. */
    public Path adaLora() {
        return path.resolve("adalora");
    }

    /** What a resumed run goes on from: {@code checkpoint/}. */
    public Path checkpoint() {
        return path.resolve("checkpoint");
    }

    /** Pictures: {@code charts/}. */
    public Path charts() {
        return path.resolve("charts");
    }

    /**
     * Lets others use the directory. A new one in which nothing was written is removed again; else
     * the lock file stays: to delete it would race with them.
     */
    @Override
    public void close() {
        try {
            lock.close();
            if (made && firstFile(path).isEmpty()) {
                Files.deleteIfExists(path.resolve(LOCK));
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "run directory could not be released: %s (%s)"
                            .formatted(Failure.reason(e), path),
                    e);
        }
    }
}

package dev.ila.hub;

import dev.ila.run.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** The right to write one blob, which one thread of one process has at a time. */
final class CacheLock implements AutoCloseable {
    private static final long POLL_MILLIS = 50;

    // A file's lock is the whole process's, and on POSIX lost when any channel to it is closed: so
    // threads agree here, and only one of them opens the file.
    private static final Map<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private final ReentrantLock threads;
    private final FileChannel channel;

    private CacheLock(ReentrantLock threads, FileChannel channel) {
        this.threads = threads;
        this.channel = channel;
    }

    /** Waits until nobody else has the lock. The file stays: to delete it would race. */
    static CacheLock take(Path file) throws InterruptedException {
        ReentrantLock threads = THREADS.computeIfAbsent(file, f -> new ReentrantLock());
        threads.lockInterruptibly();
        FileChannel channel = null;
        try {
            Files.createDirectories(file.getParent());
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            while (!tried(channel)) {
                Thread.sleep(POLL_MILLIS);
            }
            return new CacheLock(threads, channel);
        } catch (IOException e) {
            new CacheLock(threads, channel).close();
            throw new UncheckedIOException(
                    "%s could not be locked: %s; set HF_HUB_CACHE to a disk of this machine"
                            .formatted(file, Failure.reason(e)),
                    e);
        } catch (InterruptedException e) {
            new CacheLock(threads, channel).close();
            throw e;
        }
    }

    private static boolean tried(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            // Another class loader of this process has it.
            return false;
        }
    }

    @Override
    public void close() {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("lock could not be released: " + Failure.reason(e), e);
        } finally {
            threads.unlock();
        }
    }
}

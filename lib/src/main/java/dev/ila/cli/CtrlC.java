package dev.ila.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C as a question instead of an end: {@link #asked} turns true, and the process waits until
 * {@link #close} says that everything is saved.
 */
public final class CtrlC implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 120;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::untilClosed, "ctrl-c");
    private volatile boolean asked;

    /** Listens from now on. */
    public CtrlC() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Whether the user, or who ends processes politely, wants this one to end. */
    public boolean asked() {
        return asked;
    }

    private void untilClosed() {
        asked = true;
        try {
            closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        if (!asked) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }
}

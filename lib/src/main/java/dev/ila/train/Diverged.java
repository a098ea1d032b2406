package dev.ila.train;

/** The loss or its gradient is no number any more: a lower rate may do. */
public final class Diverged extends IllegalStateException {
    /** What diverged, in one line. */
    public Diverged(String message) {
        super(message);
    }
}

package dev.ila.cli;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A line for the first step, then one every ten seconds, then one for the last. */
final class PlainProgress implements Progress {
    private static final long EVERY = TimeUnit.SECONDS.toNanos(10);
    private static final double NANOS = 1e9;

    private final PrintStream out;
    private final LongSupplier nanos;
    private String name = "";
    private String last = "";
    private long from;
    private long steps;
    private long started;
    private long printed;
    private boolean first;

    PlainProgress(PrintStream out, LongSupplier nanos) {
        this.out = out;
        this.nanos = nanos;
    }

    @Override
    public void stage(String name, long done, long steps) {
        close();
        this.name = name;
        this.from = done;
        this.steps = steps;
        this.started = nanos.getAsLong();
        this.first = true;
    }

    @Override
    public void step(long done, double loss, double tokensPerSecond) {
        show(
                "%s: step %d of %d, %s"
                        .formatted(name, done, steps, numbers(loss, tokensPerSecond)),
                done);
    }

    @Override
    public void count(long done) {
        show("%s: %d of %d".formatted(name, done, steps), done);
    }

    private void show(String line, long done) {
        long now = nanos.getAsLong();
        double left = (now - started) / NANOS / Math.max(1, done - from) * (steps - done);
        last = line + ", " + time(left) + " left";
        if (first || now - printed >= EVERY) {
            print(now);
        }
    }

    private void print(long now) {
        out.println(last);
        out.flush();
        last = "";
        printed = now;
        first = false;
    }

    @Override
    public void note(String line) {
        close();
        out.println(line);
    }

    @Override
    public void close() {
        if (!last.isEmpty()) {
            print(nanos.getAsLong());
        }
    }

    static String numbers(double loss, double tokensPerSecond) {
        return String.format(Locale.ROOT, "loss %.4f, %,.0f tokens/s", loss, tokensPerSecond);
    }

    static String time(double seconds) {
        long s = Math.round(seconds);
        if (s < 60) {
            return s + " s";
        }
        return s < 3600
                ? "%d min %02d s".formatted(s / 60, s % 60)
                : "%d h %02d min".formatted(s / 3600, s % 3600 / 60);
    }
}

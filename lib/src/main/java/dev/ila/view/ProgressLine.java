package dev.ila.view;

import dev.ila.search.Search;
import dev.ila.train.History;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A search's progress as one line that is shown anew, as in a notebook's cell. The line that stays
 * has no times in it, so that equal runs leave equal ones.
 */
public final class ProgressLine implements Search.Observer {
    private static final long BETWEEN = 200_000_000L;
    private static final int BAR = 20;

    private final Consumer<String> show;
    private final LongSupplier nanos;
    private String before = "";
    private String line = "";
    private int steps;
    private int begun;
    private long start;
    private long shown;

    /** On what shows a text in place of the one before. */
    public ProgressLine(Consumer<String> show) {
        this(show, System::nanoTime);
    }

    ProgressLine(Consumer<String> show, LongSupplier nanos) {
        this.show = show;
        this.nanos = nanos;
    }

    @Override
    public void stage(int stage, int done, int most) {
        begun = done;
        steps = most;
        start = nanos.getAsLong();
        shown = start - BETWEEN;
        line = "stage %d: at most %d steps".formatted(stage, most);
        show.accept(before + line);
    }

    @Override
    public void step(History.Step step) {
        line =
                String.format(
                        Locale.ROOT,
                        "stage %d: %d steps, loss %.3f",
                        step.stage(),
                        step.step(),
                        step.loss());
        long now = nanos.getAsLong();
        if (now - shown >= BETWEEN) {
            shown = now;
            int full = BAR * step.step() / steps;
            double left = (now - start) / 1e9 / (step.step() - begun) * (steps - step.step());
            String bar = "█".repeat(full) + "░".repeat(BAR - full);
            show.accept(
                    before
                            + String.format(
                                    Locale.ROOT,
                                    "stage %d %s %d/%d, loss %.3f, %.0f s left at most",
                                    step.stage(),
                                    bar,
                                    step.step(),
                                    steps,
                                    step.loss(),
                                    left));
        }
    }

    @Override
    public void ended(int stage) {
        before += line + "\n";
        show.accept(before.stripTrailing());
    }

    @Override
    public void note(String text) {
        before += text + "\n";
        show.accept(before.stripTrailing());
    }
}

package dev.ila.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar that is redrawn in its line. */
final class BarProgress implements Progress {
    // The narrowest usual terminal: to ask for its width would start another process.
    private static final int WIDTH = 79;
    private static final int REDRAWN_EVERY_MILLIS = 250;

    private final PrintStream out;
    private Optional<ProgressBar> bar = Optional.empty();

    BarProgress(PrintStream out) {
        this.out = out;
    }

    @Override
    public void stage(String name, long done, long steps) {
        close();
        bar =
                Optional.of(
                        new ProgressBarBuilder()
                                .setTaskName(name)
                                .setInitialMax(steps)
                                .startsFrom(done, Duration.ZERO)
                                .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                                .setUpdateIntervalMillis(REDRAWN_EVERY_MILLIS)
                                .setConsumer(new ConsoleProgressBarConsumer(out, WIDTH))
                                .build());
    }

    @Override
    public void step(long done, double loss, double tokensPerSecond) {
        bar.ifPresent(
                b -> b.stepTo(done).setExtraMessage(PlainProgress.numbers(loss, tokensPerSecond)));
    }

    @Override
    public void count(long done) {
        bar.ifPresent(b -> b.stepTo(done));
    }

    @Override
    public void note(String line) {
        close();
        out.println(line);
    }

    @Override
    public void close() {
        bar.ifPresent(ProgressBar::close);
        bar = Optional.empty();
    }
}

package dev.ila.cli;

import dev.ila.hub.HubProgress;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import picocli.CommandLine.Model.CommandSpec;

/** Downloads as a person sees them: a bar for each file on a terminal, else a line now and then. */
final class DownloadProgress implements HubProgress, AutoCloseable {
    private static final int WIDTH = 79;
    private static final int REDRAWN_EVERY_MILLIS = 250;
    private static final long EVERY = TimeUnit.SECONDS.toNanos(10);
    private static final long MEGABYTE = 1_000_000;

    private final PrintWriter out;
    private final boolean terminal;
    private Optional<ProgressBar> bar = Optional.empty();
    private String file = "";
    private long printed;

    DownloadProgress(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** On the standard error of a command. */
    static DownloadProgress of(CommandSpec spec) {
        return new DownloadProgress(spec.root().commandLine().getErr(), Progress.onTerminal());
    }

    @Override
    public void at(String path, long done, long total) {
        boolean begins = !path.equals(file);
        file = path;
        if (terminal) {
            if (begins) {
                close();
                bar = Optional.of(bar(path));
            }
            bar.ifPresent(b -> b.maxHint(total).stepTo(done));
        } else if (done == total || begins || System.nanoTime() - printed > EVERY) {
            printed = System.nanoTime();
            String of = total < 0 ? "" : " of " + size(total);
            out.println("downloading " + path + ": " + size(done) + of);
            out.flush();
        }
    }

    private ProgressBar bar(String path) {
        return new ProgressBarBuilder()
                .setTaskName(path)
                .setUnit(" MB", MEGABYTE)
                .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                .setUpdateIntervalMillis(REDRAWN_EVERY_MILLIS)
                .setConsumer(new DelegatingProgressBarConsumer(this::redraw, WIDTH))
                .build();
    }

    private void redraw(String line) {
        out.print("\r" + line);
        out.flush();
    }

    private static String size(long bytes) {
        return bytes < MEGABYTE
                ? String.format(Locale.ROOT, "%,d bytes", bytes)
                : String.format(Locale.ROOT, "%,.1f MB", bytes / (double) MEGABYTE);
    }

    @Override
    public void close() {
        bar.ifPresent(
                b -> {
                    b.close();
                    out.println();
                    out.flush();
                });
        bar = Optional.empty();
    }
}

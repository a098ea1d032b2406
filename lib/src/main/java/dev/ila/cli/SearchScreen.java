package dev.ila.cli;

import dev.ila.run.RunDirectory;
import dev.ila.search.Outcome;
import dev.ila.search.Search;
import dev.ila.search.SearchSettings;
import dev.ila.train.History;
import java.io.PrintStream;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** Shows a search as it goes. */
public final class SearchScreen implements Search.Observer, AutoCloseable {
    private static final String[] NAMES = {"", "stage 1", "stage 2"};

    /** The exit status after Ctrl-C. */
    private static final int INTERRUPTED = 130;

    private final Progress progress;
    private final CtrlC ctrlC;
    private double speed;

    /** On a progress that it closes; Ctrl-C stops the search. */
    public SearchScreen(Progress progress, CtrlC ctrlC) {
        this.progress = progress;
        this.ctrlC = ctrlC;
    }

    /**
     * Makes a run, or goes on with a begun one, and shows it as it goes.
     *
     * @param command the script's name
     * @param settings of a new run; not asked for with {@code --resume}
     * @param err takes the progress, and after Ctrl-C how to go on
     * @param ended is told how it ended
     * @return the script's exit status
     */
    public static int follow(
            CommonOptions common,
            String command,
            Supplier<SearchSettings> settings,
            PrintStream err,
            BiConsumer<Outcome, RunDirectory> ended) {
        Optional<SearchSettings> fresh =
                common.resume() ? Optional.empty() : Optional.of(settings.get());
        try (RunDirectory run = common.openRun(command);
                CtrlC ctrlC = new CtrlC()) {
            Outcome outcome;
            Progress progress = Progress.of(err, Progress.onTerminal());
            try (SearchScreen screen = new SearchScreen(progress, ctrlC)) {
                outcome =
                        fresh.isPresent()
                                ? Search.start(fresh.get(), run, screen)
                                : Search.resume(run, common.machine().threads(), screen);
            } catch (CancellationException e) {
                err.println(e.getMessage());
                err.println("go on with: " + command + " --resume --out " + run.path());
                return INTERRUPTED;
            }
            ended.accept(outcome, run);
            return 0;
        }
    }

    @Override
    public void stage(int stage, int done, int steps) {
        progress.stage(NAMES[stage], done, steps);
        speed = 0;
    }

    @Override
    public void step(History.Step step) {
        double now = step.tokens() / step.seconds();
        speed = speed == 0 ? now : 0.9 * speed + 0.1 * now;
        progress.step(step.step(), step.loss(), speed);
    }

    @Override
    public void note(String line) {
        progress.note(line);
    }

    @Override
    public boolean stopAsked() {
        return ctrlC.asked();
    }

    @Override
    public void close() {
        progress.close();
    }
}

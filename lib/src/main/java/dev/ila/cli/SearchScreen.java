package dev.ila.cli;

import dev.ila.search.Search;
import dev.ila.train.History;

/** Shows a search as it goes. */
public final class SearchScreen implements Search.Observer, AutoCloseable {
    private static final String[] NAMES = {"", "stage 1", "stage 2"};

    private final Progress progress;
    private final CtrlC ctrlC;
    private double speed;

    /** On a progress that it closes; Ctrl-C stops the search. */
    public SearchScreen(Progress progress, CtrlC ctrlC) {
        this.progress = progress;
        this.ctrlC = ctrlC;
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

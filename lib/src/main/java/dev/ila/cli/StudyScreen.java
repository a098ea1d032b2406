package dev.ila.cli;

import dev.ila.search.Search;
import dev.ila.study.Studies;
import dev.ila.study.Study;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Shows a study as it goes, run after run; Ctrl-C stops the run and the study. */
public final class StudyScreen implements Studies.Observer, AutoCloseable {
    private final PrintStream out;
    private final boolean terminal;
    private final CtrlC ctrlC = new CtrlC();
    private final List<SearchScreen> screens = new ArrayList<>();

    /**
     * On a stream.
     *
     * @param terminal whether it moves its cursor
     */
    public StudyScreen(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public Search.Observer run(int number, int of, Study.Run run) {
        SearchScreen screen = all();
        screen.note(String.format(Locale.ROOT, "run %d of %d: %s", number, of, run.name()));
        return screen;
    }

    /** A run of a name begins, or goes on. */
    public Search.Observer run(String name) {
        SearchScreen screen = all();
        screen.note(name);
        return screen;
    }

    /** Whether the user wants this to end. */
    boolean stopAsked() {
        return ctrlC.asked();
    }

    /** For what happens to runs elsewhere, a line each. */
    SearchScreen all() {
        screens.forEach(SearchScreen::close);
        screens.clear();
        SearchScreen screen = new SearchScreen(Progress.of(out, terminal), ctrlC);
        screens.add(screen);
        return screen;
    }

    @Override
    public void close() {
        screens.forEach(SearchScreen::close);
        ctrlC.close();
    }
}

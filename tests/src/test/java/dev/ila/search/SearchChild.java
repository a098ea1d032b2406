package dev.ila.search;

import dev.ila.cli.CommonOptions;
import dev.ila.cli.SearchOptions;
import dev.ila.run.RunDirectory;
import dev.ila.train.History;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/** A search in a process of its own that says every step, so that it can be killed at one. */
@CommandLine.Command
public final class SearchChild implements Callable<Integer> {
    /** So that both stages are more than one checkpoint long. */
    static final int STEPS = 60;

    @Mixin private CommonOptions common;
    @Mixin private SearchOptions options;

    /** Runs with the options of {@code ila-search}. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new SearchChild()).execute(arguments));
    }

    @Override
    public Integer call() {
        try (RunDirectory run = common.openRun("child")) {
            if (common.resume()) {
                Search.resume(run, common.machine().threads(), new Teller());
            } else {
                Search.start(options.settings(common), run, new Teller());
            }
        }
        return 0;
    }

    private static final class Teller implements Search.Observer {
        @Override
        public void step(History.Step step) {
            System.out.println("step");
            System.out.flush();
        }
    }

    /** The options of a short search on the embedded model with one thread. */
    static List<String> begin(Path out, int seed) {
        return List.of(
                "--out=" + out,
                "--seed=" + seed,
                "--threads=1",
                "--batch-size=2",
                "--held-out=4",
                "--epsilon=1e-9",
                "--rank=4",
                "--alpha=8",
                "--steps=" + STEPS,
                "--mask-steps=" + STEPS);
    }

    /** Starts a process of this class with its output to be read. */
    static Process start(List<String> arguments) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx512m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                SearchChild.class.getName()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        return builder.redirectErrorStream(true).start();
    }
}

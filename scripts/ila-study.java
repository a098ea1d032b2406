/// usr/bin/env true; exec "$(dirname "$0")/../jbang" "$0" "$@"
//DESCRIPTION Runs a study: models, data sets, seeds and settings, and reports whether rankings agree.
//JAVA 17+
//RUNTIME_OPTIONS --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx4g
//DEPS ../lib/ila.java

import dev.ila.cli.Errors;
import dev.ila.cli.Progress;
import dev.ila.cli.StudyScreen;
import dev.ila.rank.Comparison;
import dev.ila.study.Studies;
import dev.ila.study.Study;
import dev.ila.view.StudyPlan;
import dev.ila.view.StudyReport;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "ila-study",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Runs a study: every model with every data set, seed and settings of a small JSON file,"
                    + " and reports whether their rankings agree.%n",
            "The same command goes on after Ctrl-C or a crash: finished runs are never made again.",
        },
        footer = {
            "%nExamples",
            "  ila-study studies/embedded.json --plan",
            "  ila-study studies/embedded.json",
        })
class IlaStudy implements Callable<Integer> {
    private static final int INTERRUPTED = 130;

    @Parameters(paramLabel = "STUDY", description = "The study's definition, a JSON file.")
    private Path file;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where its runs and its report are. Default: runs/NAME of the file.")
    private Optional<Path> out = Optional.empty();

    @Option(names = "--plan", description = "Show runs and cost; make nothing.")
    private boolean plan;

    @Option(names = "--verbose", description = "Show the stack trace if the command fails.")
    private boolean verbose;

    public static void main(String... args) {
        System.exit(Errors.commandLine(new IlaStudy()).execute(args));
    }

    @Override
    public Integer call() {
        String name = file.getFileName().toString().replaceFirst("\\.json$", "");
        Path directory = out.orElse(Path.of("runs", name));
        Studies studies = new Studies(Study.read(file), directory);
        if (plan) {
            System.out.print(StudyPlan.text(studies.states()));
            return 0;
        }
        try (StudyScreen screen = new StudyScreen(System.err, Progress.onTerminal())) {
            studies.run(screen);
        } catch (CancellationException e) {
            System.err.println(e.getMessage());
            System.err.println("go on with the same command");
            return INTERRUPTED;
        }
        String command = "ila-study " + file.getFileName();
        Comparison.Settings settings = Comparison.Settings.defaults();
        System.out.print(StudyReport.write(studies, settings, name, command));
        return 0;
    }
}

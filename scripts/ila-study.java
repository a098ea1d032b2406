/// usr/bin/env true; exec "$(dirname "$0")/../jbang" "$0" "$@"
//DESCRIPTION Runs a study: models, data sets, seeds and settings, and reports whether rankings agree.
//JAVA 17+
//RUNTIME_OPTIONS --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx4g -Dslf4j.internal.verbosity=WARN -Dslf4j.provider=org.slf4j.simple.SimpleServiceProvider
//DEPS ../lib/ila.java

import dev.ila.cli.Errors;
import dev.ila.cli.Progress;
import dev.ila.cli.StudyOptions;
import dev.ila.cli.StudyScreen;
import dev.ila.rank.Comparison;
import dev.ila.study.Studies;
import dev.ila.view.StudyPlan;
import dev.ila.view.StudyReport;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
            "  ila-study studies/embedded.json --package embedded.zip",
            "  ila-study embedded.zip --verify --only polite-1 --out runs/again",
            "  ila-study studies/embedded.json --out /shared/embedded --spark spark://HOST:7077",
        })
class IlaStudy implements Callable<Integer> {
    private static final int INTERRUPTED = 130;

    @Mixin private StudyOptions options;

    @Option(names = "--verbose", description = "Show the stack trace if the command fails.")
    private boolean verbose;

    public static void main(String... args) {
        System.exit(Errors.commandLine(new IlaStudy()).execute(args));
    }

    @Override
    public Integer call() {
        if (options.plan()) {
            System.out.print(StudyPlan.text(options.studies().states()));
            return 0;
        }
        try (StudyScreen screen = new StudyScreen(System.err, Progress.onTerminal())) {
            System.out.print(options.verify() ? options.verify(screen) : run(screen));
            return 0;
        } catch (CancellationException e) {
            System.err.println(e.getMessage());
            System.err.println("go on with the same command");
            return INTERRUPTED;
        }
    }

    private String run(StudyScreen screen) {
        Studies studies = options.studies();
        options.run(studies, screen);
        if (options.part()) {
            return "";
        }
        Comparison.Settings settings = Comparison.Settings.defaults();
        return StudyReport.write(studies, settings, options.title(), options.command())
                + options.pack(studies);
    }
}

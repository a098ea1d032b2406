/// usr/bin/env true; exec "$(dirname "$0")/../jbang" "$0" "$@"
//DESCRIPTION Compares rankings: are the important layers the same?
//JAVA 17+
//RUNTIME_OPTIONS --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx4g
//DEPS ../lib/ila.java

import dev.ila.cli.CommonOptions;
import dev.ila.cli.Errors;
import dev.ila.cli.OverlapOptions;
import dev.ila.rank.Comparison;
import dev.ila.run.RunDirectory;
import dev.ila.view.ComparisonSummary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "ila-overlap",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Compares rankings: are the important layers the same?%n",
            "Every pair of runs is compared, and pairs are put together by what their runs differ in:"
                    + " data, model, settings, or the seed alone. Beside every figure stand three"
                    + " references: chance if any layer may get any score, chance if scores stay"
                    + " within their kind of projection, and what the seed alone leaves.",
        },
        footer = {
            "%nExamples",
            "  ila-overlap runs/ila-search-1 runs/ila-search-2",
            "  ila-overlap alpaca#1=a1.csv alpaca#2=a2.csv lima#3=l3.csv lima#4=l4.csv --cut 0.5",
        })
class IlaOverlap implements Callable<Integer> {
    @Mixin private OverlapOptions options;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Tables and charts. Default: the next free of runs/ila-overlap-1, ….")
    private Optional<Path> out = Optional.empty();

    @Option(names = "--verbose", description = "Show the stack trace if the command fails.")
    private boolean verbose;

    public static void main(String... args) {
        System.exit(Errors.commandLine(new IlaOverlap()).execute(args));
    }

    @Override
    public Integer call() {
        List<String> notes = new ArrayList<>();
        Comparison comparison = options.comparison(notes);
        try (RunDirectory run = CommonOptions.newRun("ila-overlap", out)) {
            ComparisonSummary summary = new ComparisonSummary(comparison, notes);
            summary.write(run.path());
            System.out.print(summary.text());
            System.out.println("Run directory: " + run.path());
            return 0;
        }
    }
}

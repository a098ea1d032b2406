/// usr/bin/env true; exec "$(dirname "$0")/../jbang" "$0" "$@"
//DESCRIPTION Ranks layers by the mask's rivals: norms, gradients, singular values, place.
//JAVA 17+
//RUNTIME_OPTIONS --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx4g
//DEPS ../lib/ila.java

import dev.ila.cli.Errors;
import dev.ila.cli.Progress;
import dev.ila.cli.RankOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "ila-rank",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Ranks layers by the mask's rivals: norms, gradients, singular values, place.%n",
            "Each ranking is a CSV that ila-overlap and ila-tune read, with what it cost beside it."
                    + " Of several it shows how they agree, with each other and with the mask of"
                    + " the run.",
        },
        footer = {
            "%nExamples",
            "  ila-rank --by spectrum,kappa --model SmolLM2-135M-Instruct",
            "  ila-rank --by spectrum --model SmolLM2-135M-Instruct --out scores.csv",
            "  ila-rank --by all --run runs/ila-search-1",
        })
class IlaRank implements Callable<Integer> {
    @Mixin private RankOptions options;

    @Option(names = "--verbose", description = "Show the stack trace if the command fails.")
    private boolean verbose;

    public static void main(String... args) {
        System.exit(Errors.commandLine(new IlaRank()).execute(args));
    }

    @Override
    public Integer call() {
        try (Progress progress = Progress.to(System.err)) {
            System.out.print(options.rank(progress, Progress.onTerminal()));
        }
        return 0;
    }
}

/// usr/bin/env true; exec "$(dirname "$0")/../jbang" "$0" "$@"
//DESCRIPTION Compares selective fine-tuning: all layers, the most important, random, first, last.
//JAVA 17+
//RUNTIME_OPTIONS --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx4g
//DEPS ../lib/ila.java

import dev.ila.cli.CompareOptions;
import dev.ila.cli.Errors;
import dev.ila.cli.Progress;
import dev.ila.cli.StudyScreen;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "ila-compare",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Ranks the layers, then fine-tunes all of them, the most important ones, and as many by"
                    + " chance, first and last, for the same number of steps with several seeds;"
                    + " reports held-out losses with paired differences.%n",
            "The same command goes on after Ctrl-C or a crash: finished runs are never made again.",
        },
        footer = {
            "%nExamples",
            "  ila-compare --cuts 0.3,0.75 --steps 60",
            "  ila-compare --model SmolLM2-135M-Instruct --data alpaca.json --limit 480 --rates 1e-4,3e-4",
        })
class IlaCompare implements Callable<Integer> {
    private static final int INTERRUPTED = 130;

    @Mixin private CompareOptions options;

    @Option(names = "--verbose", description = "Show the stack trace if the command fails.")
    private boolean verbose;

    public static void main(String... args) {
        System.exit(Errors.commandLine(new IlaCompare()).execute(args));
    }

    @Override
    public Integer call() {
        try (StudyScreen screen = new StudyScreen(System.err, Progress.onTerminal())) {
            System.out.print(options.compare(screen::run));
            return 0;
        } catch (CancellationException e) {
            System.err.println(e.getMessage());
            System.err.println("go on with the same command");
            return INTERRUPTED;
        }
    }
}

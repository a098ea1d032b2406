/// usr/bin/env true; exec "$(dirname "$0")/../jbang" "$0" "$@"
//DESCRIPTION Measures what each layer's change is worth, and which ranking knows it.
//JAVA 17+
//RUNTIME_OPTIONS --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx4g
//DEPS ../lib/ila.java

import dev.ila.cli.Errors;
import dev.ila.cli.Progress;
import dev.ila.cli.StudyScreen;
import dev.ila.cli.TruthOptions;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "ila-truth",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Takes the change of each layer out, and adds it alone, and reads the loss on"
                    + " conversations that the run did not train on; then holds the mask's ranking"
                    + " and its rivals against that.%n",
            "The same command goes on after Ctrl-C or a crash: what was measured is not measured"
                    + " again.",
        },
        footer = {
            "%nExamples",
            "  ila-truth runs/ila-search-1",
            "  ila-truth runs/ila-search-1 --by gain,norm --tokens 4000",
            "  ila-truth studies/embedded.json --out runs/fidelity",
        })
class IlaTruth implements Callable<Integer> {
    private static final int INTERRUPTED = 130;

    @Mixin private TruthOptions options;

    @Option(names = "--verbose", description = "Show the stack trace if the command fails.")
    private boolean verbose;

    public static void main(String... args) {
        System.exit(Errors.commandLine(new IlaTruth()).execute(args));
    }

    @Override
    public Integer call() {
        boolean terminal = Progress.onTerminal();
        try (StudyScreen screen = new StudyScreen(System.err, terminal)) {
            System.out.print(
                    options.truth(
                            screen,
                            run -> {
                                Progress progress = Progress.to(System.err);
                                progress.note(run);
                                return progress;
                            }));
            return 0;
        } catch (CancellationException e) {
            System.err.println(e.getMessage());
            System.err.println("go on with the same command");
            return INTERRUPTED;
        }
    }
}

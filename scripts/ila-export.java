/// usr/bin/env true; exec "$(dirname "$0")/../jbang" "$0" "$@"
//DESCRIPTION Hands a choice of layers to another trainer, or merges what a run has learned.
//JAVA 17+
//RUNTIME_OPTIONS --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx4g
//DEPS ../lib/ila.java

import dev.ila.cli.Errors;
import dev.ila.cli.ExportOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "ila-export",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Prints a choice of layers as PEFT, TRL, axolotl, ms-swift, LLaMA-Factory, Unsloth or"
                    + " mlx-lm take it, ready to paste; or writes a run's tuned model, or its card.%n",
        },
        footer = {
            "%nExamples",
            "  ila-export --ranking runs/ila-search-1 --top 0.3 --to peft",
            "  ila-export --run runs/ila-tune-1 --merge tuned",
            "  ila-export --run runs/ila-tune-1 --ranking runs/ila-search-1 --card tuned --license apache-2.0",
        })
class IlaExport implements Callable<Integer> {
    @Option(names = "--verbose", description = "Show the stack trace if the command fails.")
    private boolean verbose;

    @Mixin private ExportOptions options;

    public static void main(String... args) {
        System.exit(Errors.commandLine(new IlaExport()).execute(args));
    }

    @Override
    public Integer call() {
        System.out.print(options.export());
        return 0;
    }
}

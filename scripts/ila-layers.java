/// usr/bin/env true; exec "$(dirname "$0")/../jbang" "$0" "$@"
//DESCRIPTION Shows a model's linear layers, and what a search would train and cost; trains nothing.
//JAVA 17+
//RUNTIME_OPTIONS --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx4g
//DEPS ../lib/ila.java

import dev.ila.cli.Errors;
import dev.ila.cli.InputOptions;
import dev.ila.cli.MachineOptions;
import dev.ila.cli.Progress;
import dev.ila.cli.SearchOptions;
import dev.ila.search.Preview;
import dev.ila.search.Timing;
import dev.ila.view.LayersSummary;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "ila-layers",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Shows a model's linear layers, and what a search would train and cost; trains"
                    + " nothing.%n",
            "Takes the options of ila-search and says what they come to: the layers, the numbers"
                    + " that would be trained, one conversation with what is supervised in it, the"
                    + " memory by count and the time by measurement of a few micro-batches.",
        },
        footer = {
            "%nExamples",
            "  ila-layers",
            "  ila-layers --model SmolLM2-135M-Instruct --data alpaca.json --precision bf16",
            "  ila-layers --all --rank 64 --targets q_proj,v_proj",
        })
class IlaLayers implements Callable<Integer> {
    @Option(names = "--all", description = "List every layer, not only every kind of layer.")
    private boolean all;

    @Option(names = "--verbose", description = "Show the stack trace if the command fails.")
    private boolean verbose;

    @Mixin private InputOptions input;
    @Mixin private MachineOptions machine;
    @Mixin private SearchOptions options;

    public static void main(String... args) {
        System.exit(Errors.commandLine(new IlaLayers()).execute(args));
    }

    @Override
    public Integer call() {
        Preview preview = Preview.of(options.settings(input, machine, 1));
        System.out.print(LayersSummary.text(preview, all, Progress.onTerminal()));
        System.out.print(
                preview.tooLarge()
                        .map(LayersSummary::tooLarge)
                        .orElseGet(() -> LayersSummary.text(preview, Timing.measure(preview))));
        return 0;
    }
}

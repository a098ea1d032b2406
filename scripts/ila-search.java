/// usr/bin/env true; exec "$(dirname "$0")/../jbang" "$0" "$@"
//DESCRIPTION Ranks every linear layer of a model by a mask over its change, as ILA does.
//JAVA 17+
//RUNTIME_OPTIONS --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx4g
//DEPS ../lib/ila.java

import dev.ila.cli.CommonOptions;
import dev.ila.cli.Errors;
import dev.ila.cli.Progress;
import dev.ila.cli.SearchOptions;
import dev.ila.cli.SearchScreen;
import dev.ila.view.SearchSummary;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "ila-search",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Ranks the linear layers of a language model by a mask over their change, as ILA does.%n",
            "Stage 1 fine-tunes the model on conversations until it is stable; stage 2 freezes the"
                    + " change and learns one number for each layer, by which the layers are ranked."
                    + " Without options it runs on a small model that comes with it.",
        },
        footer = {
            "%nExamples",
            "  ila-search",
            "  ila-search --model SmolLM2-135M-Instruct --data alpaca.json --precision bf16",
            "  ila-search --model base --adapter my-lora --data alpaca.json",
            "  ila-search --resume --out runs/ila-search-1",
        })
class IlaSearch implements Callable<Integer> {
    @Mixin private CommonOptions common;
    @Mixin private SearchOptions options;

    public static void main(String... args) {
        System.exit(Errors.commandLine(new IlaSearch()).execute(args));
    }

    @Override
    public Integer call() {
        return SearchScreen.follow(
                common,
                "ila-search",
                () -> options.settings(common),
                System.err,
                (outcome, run) -> {
                    SearchSummary.charts(outcome, run);
                    System.out.print(SearchSummary.text(outcome, run, Progress.onTerminal()));
                });
    }
}

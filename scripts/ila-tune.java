/// usr/bin/env true; exec "$(dirname "$0")/../jbang" "$0" "$@"
//DESCRIPTION Fine-tunes only some of a model's layers: by a ranking, by name or by a pattern.
//JAVA 17+
//RUNTIME_OPTIONS --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx4g
//DEPS ../lib/ila.java

import dev.ila.cli.CommonOptions;
import dev.ila.cli.Errors;
import dev.ila.cli.SearchScreen;
import dev.ila.cli.TuneOptions;
import dev.ila.tune.Merged;
import dev.ila.view.TuneSummary;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "ila-tune",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Fine-tunes only some of a model's layers; the others stay as they are, bit by bit.%n",
            "Trains LoRA factors, or the layers themselves, until the held-out loss is stable, and"
                    + " keeps a PEFT adapter, or a difference.",
        },
        footer = {
            "%nExamples",
            "  ila-tune --ranking runs/ila-search-1",
            "  ila-tune --ranking runs/ila-search-1 --top 0.3 --full --merge tuned",
            "  ila-tune --model SmolLM2-135M-Instruct --data alpaca.json --layers up_proj,down_proj",
        })
class IlaTune implements Callable<Integer> {
    @Mixin private CommonOptions common;
    @Mixin private TuneOptions options;

    public static void main(String... args) {
        System.exit(Errors.commandLine(new IlaTune()).execute(args));
    }

    @Override
    public Integer call() {
        Optional<Path> merge = options.merge();
        return SearchScreen.follow(
                common,
                "ila-tune",
                () -> options.begin(common, System.out),
                System.err,
                (outcome, run) -> {
                    System.out.print(TuneSummary.after(outcome, run));
                    merge.ifPresent(
                            to -> {
                                Merged.write(run.path(), to);
                                System.out.println("Tuned model: " + to);
                            });
                });
    }
}

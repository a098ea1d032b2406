package dev.ila.cli;

import dev.ila.rank.Ranking;
import dev.ila.run.Require;
import dev.ila.search.Runs;
import dev.ila.search.SearchSettings;
import dev.ila.tune.HandOver;
import dev.ila.tune.Merged;
import dev.ila.tune.Selection;
import dev.ila.view.ModelCard;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What is exported, and how. */
public final class ExportOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--model",
            paramLabel = "DIR|ORG/NAME",
            description =
                    "Whose layers they are. Default: that of the run with the ranking, or else the"
                            + " model that comes with the library.")
    private Optional<String> model = Optional.empty();

    @Mixin private SelectionOptions choice = new SelectionOptions();

    @Option(
            names = "--to",
            paramLabel = "TRAINER",
            split = ",",
            description =
                    "peft, peft-exclude, trl, axolotl, ms-swift, llama-factory, unsloth, mlx-lm."
                            + " Default: all.")
    private List<String> to = new ArrayList<>();

    @Option(names = "--rank", paramLabel = "R", description = "LoRA's rank. Default: 8.")
    private int rank = 8;

    @Option(names = "--alpha", paramLabel = "A", description = "LoRA's alpha. Default: 16.")
    private double alpha = 16;

    @Option(
            names = "--run",
            paramLabel = "DIR",
            description = "With --merge or --card: the run whose change it is.")
    private Optional<Path> run = Optional.empty();

    @Option(
            names = "--merge",
            paramLabel = "DIR",
            description = "Write the tuned model there, as a Hugging Face directory; new or empty.")
    private Optional<Path> merge = Optional.empty();

    @Option(
            names = "--card",
            paramLabel = "DIR",
            description =
                    "Write a model card of --run there, as the hub shows it: README.md, and with"
                            + " --ranking its chart.")
    private Optional<Path> card = Optional.empty();

    @Option(
            names = "--license",
            paramLabel = "NAME",
            description = "Licence on the card, as apache-2.0. Default: ${DEFAULT-VALUE}.")
    private String license = "unknown";

    /** Does it, and says what a person wants to see. */
    public String export() {
        if (card.isPresent()) {
            return card(card.get());
        }
        if (run.isPresent() || merge.isPresent()) {
            Require.that(
                    run.isPresent() && merge.isPresent(),
                    run.isPresent() ? "--run alone" : "--merge alone",
                    "--run and --merge",
                    "given together");
            Require.that(
                    !choice.isGiven() && to.isEmpty() && model.isEmpty(),
                    "given",
                    "a choice of layers, --to or --model beside --run",
                    "left out, since all that the run has learned is merged");
            Merged.write(run.get(), merge.get());
            return "Tuned model: " + merge.get() + "\n";
        }
        List<String> notes = new ArrayList<>();
        Selection selection =
                choice.selection(
                        model.map(m -> InputOptions.model("--model", m, spec))
                                .or(() -> choice.run().map(SearchSettings::model))
                                .orElseGet(() -> SearchSettings.embedded().model()),
                        notes);
        StringBuilder out = new StringBuilder();
        notes.forEach(n -> out.append("# ").append(n).append('\n'));
        out.append(
                "# %d of %d layers: %s\n"
                        .formatted(
                                selection.chosen().size(),
                                selection.layers().size(),
                                selection.how()));
        List<HandOver> trainers =
                to.isEmpty()
                        ? List.of(HandOver.values())
                        : to.stream().map(HandOver::named).toList();
        for (HandOver trainer : trainers) {
            out.append('\n').append(trainer.of(selection, rank, alpha));
        }
        return out.toString();
    }

    private String card(Path to) {
        Path of =
                run.orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "--run must be given with --card, but is: absent"));
        Require.that(
                this.to.isEmpty() && model.isEmpty() && !choice.isNarrowed(),
                "given",
                "--to, --model, --top, --layers or --pattern beside --card",
                "left out");
        ModelCard.requireNew(license, to);
        List<String> notes = new ArrayList<>();
        Optional<Ranking> ranking =
                choice.ranking()
                        .or(
                                () ->
                                        Optional.of(of)
                                                .filter(r -> Files.exists(r.resolve("scores.csv"))))
                        .map(path -> Runs.ranking(path, notes));
        merge.ifPresent(m -> Merged.write(of, m));
        ModelCard.write(of, ranking, license, to);
        notes.add("Model card: " + to.resolve("README.md"));
        return String.join("\n", notes) + "\n";
    }
}

package dev.ila.cli;

import dev.ila.delta.LoraConfig;
import dev.ila.model.Checkpoint;
import dev.ila.model.LinearLayer;
import dev.ila.run.Require;
import dev.ila.search.Delta;
import dev.ila.search.Named;
import dev.ila.search.Preview;
import dev.ila.search.SearchSettings;
import dev.ila.search.Timing;
import dev.ila.tune.Merged;
import dev.ila.tune.Selection;
import dev.ila.view.TuneSummary;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of selective fine-tuning. Without {@code --model} the embedded model is tuned. */
public final class TuneOptions {
    @Mixin private SelectionOptions choice = new SelectionOptions();

    @Mixin private TrainingOptions training = new TrainingOptions();

    @Option(
            names = "--merge",
            paramLabel = "DIR",
            description =
                    "At the end write the tuned model there, as a Hugging Face directory; new or"
                            + " empty.")
    private Optional<Path> merge = Optional.empty();

    /**
     * Where to write the tuned model; empty if it is not wanted.
     *
     * @throws IllegalArgumentException if something is there
     */
    public Optional<Path> merge() {
        merge.ifPresent(Merged::requireEmpty);
        return merge;
    }

    /**
     * Says what will be tuned and what that costs beside tuning all layers; trains nothing yet.
     *
     * @param out takes it
     * @return the settings: stage 1 alone, on the chosen layers alone
     */
    public SearchSettings begin(CommonOptions common, PrintStream out) {
        List<String> notes = new ArrayList<>();
        SearchSettings usual = usual(common);
        Selection selection =
                training.lisa().isPresent()
                        ? lisa(usual.model())
                        : choice.selection(usual.model(), notes);
        notes.forEach(out::println);
        SearchSettings settings = settings(common, usual, selection);
        Preview some = Preview.of(settings);
        boolean lisa = settings.delta() instanceof Delta.Lisa;
        Preview all =
                some.with(
                        lisa
                                ? new Delta.Full()
                                : settings.delta().on(List.of(LoraConfig.ALL_LINEAR)));
        out.print(TuneSummary.before(selection, some, all));
        if (lisa || selection.chosen().size() < selection.layers().size()) {
            out.print(TuneSummary.cost(some, measured(some), all, measured(all)));
        }
        return settings;
    }

    /** It draws whole blocks of all there are. */
    private Selection lisa(String model) {
        Require.that(!choice.isGiven(), "given", "choice of layers", "left out with --lisa");
        List<LinearLayer> layers = Checkpoint.open(Named.directory(model)).layers();
        String how =
                "LISA, %d whole blocks at a time, with embedding, head and final norm"
                        .formatted(training.lisa().orElseThrow());
        return new Selection(layers, layers, how);
    }

    /** What a step costs; nothing where the memory for one is not there. */
    private static Optional<Timing.Step> measured(Preview preview) {
        // Java holds the change and its gradient, each one array.
        long bytes = 2 * Float.BYTES * preview.trained().numbers();
        boolean fits =
                preview.tooLarge().isEmpty()
                        && bytes < Runtime.getRuntime().maxMemory() / 2
                        && preview.trained().numbers() < Integer.MAX_VALUE;
        return fits ? Optional.of(Timing.step(preview)) : Optional.empty();
    }

    /**
     * Of the model that was asked for; or of the run whose ranking it is; or the embedded one's.
     */
    private SearchSettings usual(CommonOptions common) {
        Optional<String> model = common.input().model();
        return model.isPresent()
                ? SearchSettings.of(model.get(), common.input().data().toArray(String[]::new))
                : choice.run().orElseGet(SearchSettings::embedded);
    }

    private SearchSettings settings(
            CommonOptions common, SearchSettings usual, Selection selection) {
        List<String> data = common.input().data();
        return new SearchSettings(
                usual.model(),
                training.data(usual, common.input(), data),
                training.delta(selection.names()),
                common.machine().compute(),
                common.seed(),
                training.stage1(usual),
                usual.stage2(),
                1);
    }
}

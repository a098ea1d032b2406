package dev.ila.cli;

import dev.ila.model.Checkpoint;
import dev.ila.model.LinearLayer;
import dev.ila.run.Require;
import dev.ila.search.Named;
import dev.ila.search.Runs;
import dev.ila.search.SearchSettings;
import dev.ila.tune.Selection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Which layers are tuned: by a ranking, by their names or by a pattern. */
public final class SelectionOptions {
    @ArgGroup(validate = false, order = 3, heading = "%nWhich layers%n")
    private Choice choice = new Choice();

    private static final class Choice {
        @Option(
                names = "--ranking",
                paramLabel = "RUN|FILE",
                description =
                        "By this ranking: a run directory of ila-search, whose model and data are"
                                + " taken unless --model is given; a CSV with layer and score; or a"
                                + " JSON object of layers and scores.")
        private Optional<Path> ranking = Optional.empty();

        @Option(
                names = "--top",
                paramLabel = "SHARE",
                description =
                        "With --ranking: the most important share. Default: 0.75, so that the"
                                + " least important quarter is frozen.")
        private Optional<Double> top = Optional.empty();

        @Option(
                names = "--layers",
                paramLabel = "NAMES",
                split = ",",
                description = "By name, or by the end of a name, as q_proj,3.mlp.up_proj.")
        private List<String> layers = new ArrayList<>();

        @Option(
                names = "--pattern",
                paramLabel = "REGEX",
                description = "By a regular expression for whole names.")
        private Optional<String> pattern = Optional.empty();
    }

    /** The run whose ranking is asked for, if it is one's directory: with its model and data. */
    public Optional<SearchSettings> run() {
        return choice.ranking.filter(r -> Files.exists(r.resolve("run.json"))).map(Runs::settings);
    }

    /** The run or file with the ranking, if one is asked for. */
    Optional<Path> ranking() {
        return choice.ranking;
    }

    /** Whether more than a ranking was asked for. */
    boolean isNarrowed() {
        return choice.top.isPresent() || choice.pattern.isPresent() || !choice.layers.isEmpty();
    }

    /** Whether a choice of layers was asked for. */
    public boolean isGiven() {
        return choice.ranking.isPresent()
                || choice.top.isPresent()
                || choice.pattern.isPresent()
                || !choice.layers.isEmpty();
    }

    /**
     * The layers of a model that were asked for.
     *
     * @param model its name, as {@link Named} knows it
     * @param notes takes what is to be known about a ranking, a line each
     */
    public Selection selection(String model, List<String> notes) {
        List<String> asked = new ArrayList<>();
        choice.ranking.ifPresent(r -> asked.add("--ranking"));
        choice.pattern.ifPresent(p -> asked.add("--pattern"));
        if (!choice.layers.isEmpty()) {
            asked.add("--layers");
        }
        Require.that(
                asked.size() == 1,
                asked.isEmpty() ? "none" : String.join(" and ", asked),
                "choice of layers",
                "one of --ranking, --layers and --pattern");
        Require.that(
                choice.top.isEmpty() || choice.ranking.isPresent(),
                choice.top.orElse(0.0),
                "--top",
                "given with --ranking");
        List<LinearLayer> layers = Checkpoint.open(Named.directory(model)).layers();
        if (choice.ranking.isPresent()) {
            double share = choice.top.orElse(0.75);
            Require.that(share > 0 && share <= 1, share, "--top", "above 0 and at most 1");
            return Selection.top(layers, Runs.ranking(choice.ranking.get(), notes), share);
        }
        return choice.pattern.isPresent()
                ? Selection.matching(layers, choice.pattern.get())
                : Selection.named(layers, choice.layers);
    }
}

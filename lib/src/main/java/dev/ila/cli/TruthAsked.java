package dev.ila.cli;

import dev.ila.criteria.Criterion;
import dev.ila.criteria.Subject;
import dev.ila.run.Require;
import dev.ila.search.SearchSettings;
import dev.ila.truth.MaskVariant;
import dev.ila.truth.Truth;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How the truth is measured, and which rankings are held against it. */
final class TruthAsked {
    private static final String ALL = "all";

    @Option(
            names = "--by",
            split = ",",
            paramLabel = "NAMES",
            description =
                    "Rankings beside the mask's, as of ila-rank; none: the mask's alone."
                            + " Default: all but random for which enough is there.")
    private List<String> by = List.of(ALL);

    @Option(
            names = "--masks",
            split = ",",
            paramLabel = "NAMES",
            description =
                    "Masks of the same change, learned otherwise: mask-from-0,"
                            + " mask-from-0-fast, mask-apart,"
                            + " mask-5-orders, mask-settled, mask-sparse, or all."
                            + " Default: none.")
    private List<String> masks = List.of();

    @Option(
            names = "--tokens",
            paramLabel = "N",
            description =
                    "Supervised tokens that are read at least, if the run left as many"
                            + " untrained. Default: ${DEFAULT-VALUE}.")
    private int tokens = 16_000;

    @Option(
            names = "--tokens-at-once",
            paramLabel = "N",
            description =
                    "Tokens that are read side by side, which are what is lost when it is"
                            + " stopped. Default: ${DEFAULT-VALUE}.")
    private int atOnce = 1024;

    @Option(
            names = "--cuts",
            split = ",",
            paramLabel = "SHARE",
            description =
                    "Shares of the layers at which the first ones are kept alone, and left"
                            + " out. Default: 0.1,0.25,0.5,0.75,0.9.")
    private List<Double> cuts = List.of(0.1, 0.25, 0.5, 0.75, 0.9);

    @Option(
            names = "--orders",
            paramLabel = "N",
            description =
                    "Orders by chance, and of layers with equal scores. Default:"
                            + " ${DEFAULT-VALUE}.")
    private int orders = 5;

    @Option(
            names = "--examples",
            paramLabel = "N",
            description =
                    "Conversations that fisher and influence read at most. Default: "
                            + Subject.EXAMPLES
                            + ".")
    private int examples = Subject.EXAMPLES;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Of all chance. Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "Losses and report; the same command with the same directory goes on, and"
                            + " measures nothing twice. Default: runs/ila-truth; with --planted"
                            + " runs/ila-truth-planted.")
    private Optional<Path> out = Optional.empty();

    Truth.Settings settings(Optional<SearchSettings.Data> data) {
        return new Truth.Settings(data, tokens, atOnce, cuts, orders, seed);
    }

    int examples() {
        return examples;
    }

    long seed() {
        return seed;
    }

    Optional<Path> out() {
        return out;
    }

    List<Criterion> criteria(Subject.Given given) {
        if (by.equals(List.of(ALL))) {
            // Orders by chance stand beside all rankings anyway.
            return Criterion.all().stream()
                    .filter(c -> c.fits(given) && !c.key().equals("random"))
                    .toList();
        }
        List<Criterion> criteria =
                by.stream().filter(b -> !b.equals("none")).map(Criterion::named).toList();
        Require.that(
                criteria.stream().distinct().count() == criteria.size(),
                String.join(",", by),
                "--by",
                "of different criteria");
        criteria.forEach(c -> c.check(given));
        return criteria;
    }

    List<MaskVariant> masks(Path run) {
        Require.that(
                masks.isEmpty() || Files.exists(run.resolve("scores.csv")),
                run,
                "run of --masks",
                "one of ila-search, with a mask");
        return masks.equals(List.of(ALL))
                ? List.of(MaskVariant.values())
                : masks.stream().map(MaskVariant::named).toList();
    }
}

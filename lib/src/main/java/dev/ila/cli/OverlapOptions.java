package dev.ila.cli;

import dev.ila.rank.Alignment;
import dev.ila.rank.Comparison;
import dev.ila.search.Runs;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which rankings to compare, and how. */
public final class OverlapOptions {
    private static final Comparison.Settings USUAL = Comparison.Settings.defaults();

    @Parameters(
            paramLabel = "RUN",
            arity = "2..*",
            description =
                    "Run directory of ila-search, or a CSV file with columns layer and score;"
                            + " DATA#SEED=FILE says what the latter was made from.")
    private List<String> runs = new ArrayList<>();

    @Option(
            names = "--cut",
            split = ",",
            paramLabel = "SHARE",
            description = "Shares of layers that count as important. Default: 0.75,0.3,0.1.")
    private List<Double> cuts = USUAL.cuts();

    @Option(
            names = "--match",
            paramLabel = "HOW",
            description =
                    "same: all rankings must have the same layers. common: compare those that all"
                            + " have. depth: models of different depth, by relative depth. Default:"
                            + " same.")
    private Alignment match = Alignment.SAME;

    @Option(
            names = "--persistence",
            paramLabel = "P",
            description = "Of rank-biased overlap: nearer to 1 looks deeper. Default: 0.9.")
    private double persistence = USUAL.persistence();

    @Option(
            names = "--draws",
            paramLabel = "N",
            description = "Shuffles behind each band and interval. Default: 1000.")
    private int draws = USUAL.draws();

    @Option(names = "--seed", paramLabel = "N", description = "Of the shuffles. Default: 1.")
    private long seed = USUAL.seed();

    /**
     * Reads the rankings and brings them to the same layers.
     *
     * @param notes takes what is to be known about it, a line each
     */
    public Comparison comparison(List<String> notes) {
        Comparison.Settings settings = new Comparison.Settings(cuts, persistence, draws, seed);
        return Comparison.of(match.apply(Runs.read(runs, notes), notes), settings);
    }
}

package dev.ila.view;

import dev.ila.rank.Ranking;
import dev.ila.run.RunDirectory;
import dev.ila.search.Outcome;
import dev.ila.search.Result;
import dev.ila.train.Stability;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/** What a search has to show at its end. */
public final class SearchSummary {
    private static final int ENDS = 8;
    private static final double SHARE = 0.75;

    private SearchSummary() {}

    /**
     * Writes the charts into the run directory: loss of each stage, heat maps of score and rank.
     */
    public static void charts(Outcome outcome, RunDirectory run) {
        OptionalInt stable =
                outcome.stable()
                        .map(Stability.Point::step)
                        .map(OptionalInt::of)
                        .orElse(OptionalInt.empty());
        for (int stage = 1; stage <= 2; stage++) {
            if (!outcome.history().stage(stage).isEmpty()) {
                OptionalInt mark = stage == 1 ? stable : OptionalInt.empty();
                Charts.save(
                        Charts.losses(outcome.history(), stage, mark),
                        run.charts().resolve("loss-stage-" + stage));
            }
        }
        outcome.ranking()
                .ifPresent(
                        r -> {
                            Charts.save(Charts.scores(r), run.charts().resolve("scores"));
                            Charts.save(Charts.ranks(r), run.charts().resolve("ranks"));
                        });
    }

    /** The result as text for a terminal. */
    public static String text(Outcome outcome, RunDirectory run, boolean colour) {
        StringBuilder out = new StringBuilder();
        Result.Findings findings = outcome.result().findings();
        findings.leftOut()
                .forEach(
                        (why, n) ->
                                out.append("left out: ")
                                        .append(n)
                                        .append(" × ")
                                        .append(why)
                                        .append('\n'));
        findings.notes().forEach(n -> out.append(n).append('\n'));
        outcome.ranking().ifPresent(r -> ranking(r, findings.metrics(), colour, out));
        return out.append("Run directory: ").append(run.path()).append('\n').toString();
    }

    private static void ranking(
            Ranking r, Map<String, Double> metrics, boolean colour, StringBuilder out) {
        int n = Math.min(ENDS, r.size() / 2);
        out.append('\n').append(Tables.text(Tables.top(r, Math.max(1, n))));
        if (n > 0) {
            out.append('\n').append(Tables.text(Tables.bottom(r, n)));
        }
        out.append('\n').append(Tables.text(Tables.byProjection(r)));
        out.append('\n').append(Tables.text(Tables.byDepth(r)));
        out.append("\nRank by projection and block\n")
                .append(Blocks.render(r, colour))
                .append('\n');
        out.append(
                String.format(
                        Locale.ROOT,
                        "The top %.0f %% are %d of %d layers with %.1f %% of their weights.%n",
                        100 * SHARE,
                        r.count(SHARE),
                        r.size(),
                        100 * r.parameterShare(r.count(SHARE))));
        Double gain = metrics.get("spearman_with_gain");
        out.append("Spearman of the score with the plain gradient (−∂L/∂γ at γ = 1): ")
                .append(gain == null ? "none, of equal scores" : "%.3f".formatted(gain))
                .append('\n');
    }
}

package dev.ila.view;

import dev.ila.rank.Agreement;
import dev.ila.rank.Overlap;
import dev.ila.rank.Ranking;
import dev.ila.search.Session;
import dev.ila.train.History;
import java.awt.image.BufferedImage;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.internal.chartpart.IChart;
import tech.tablesaw.api.Table;

/**
 * What a result looks like in a notebook: as HTML or as a picture, and as plain text for who shows
 * neither. No kernel is needed here; {@code notebooks/ila.jshell} hands this to one.
 */
public final class Display {
    private static final int ENDS = 8;
    private static final int STEPS = 12;

    private Display() {}

    /** The types that have a look. */
    public static List<Class<?>> types() {
        return List.of(
                Ranking.class,
                Overlap.class,
                Agreement.class,
                History.class,
                Session.Tuned.class,
                Session.Masked.class,
                Table.class,
                Chart.class,
                BufferedImage.class);
    }

    /**
     * A result's looks by MIME type: {@code text/html} or {@code image/png} (in base64), and {@code
     * text/plain}.
     *
     * @param result of one of {@link #types}
     */
    public static Map<String, String> of(Object result) {
        if (result instanceof IChart chart) {
            String png = Base64.getEncoder().encodeToString(SmallPng.of(chart));
            return Map.of("image/png", png, "text/plain", "chart: " + chart.getTitle());
        } else if (result instanceof BufferedImage image) {
            String png = Base64.getEncoder().encodeToString(SmallPng.of(image));
            return Map.of("image/png", png, "text/plain", "picture");
        } else if (result instanceof Session.Tuned tuned) {
            return of(Charts.losses(tuned));
        } else if (result instanceof Session.Masked masked) {
            return of(masked.ranking());
        }
        List<Table> tables = tables(result);
        Map<String, String> looks = new TreeMap<>();
        looks.put("text/html", String.join("\n", tables.stream().map(Tables::html).toList()));
        looks.put("text/plain", String.join("\n", tables.stream().map(Tables::text).toList()));
        return looks;
    }

    private static List<Table> tables(Object result) {
        if (result instanceof Table table) {
            return List.of(table);
        } else if (result instanceof Ranking r) {
            int ends = Math.min(ENDS, r.size() / 2);
            return ends == 0
                    ? List.of(Tables.ranking(r))
                    : List.of(Tables.top(r, ends), Tables.bottom(r, ends));
        } else if (result instanceof Overlap overlap) {
            return List.of(Tables.overlaps(Map.of("", overlap)));
        } else if (result instanceof Agreement agreement) {
            return List.of(Tables.agreements(List.of(agreement)));
        } else if (result instanceof History history) {
            Table steps = Tables.history(thinned(history));
            // Times differ from run to run.
            return List.of(steps.removeColumns("seconds"));
        }
        throw new IllegalArgumentException(
                "result to display must be one of "
                        + types().stream().map(Class::getSimpleName).toList()
                        + ", but is: "
                        + result.getClass().getSimpleName());
    }

    /** A few steps of a history, its first and its last among them. */
    private static History thinned(History history) {
        List<History.Step> all = history.steps();
        List<History.Step> measured =
                all.stream().filter(s -> s.heldOut().isPresent() || s.equals(all.get(0))).toList();
        List<History.Step> steps = measured.size() > 2 ? measured : all;
        int last = steps.size() - 1;
        if (last < STEPS) {
            return new History(steps);
        }
        return new History(
                IntStream.range(0, STEPS)
                        .mapToObj(i -> steps.get((int) Math.round((double) i * last / (STEPS - 1))))
                        .toList());
    }
}

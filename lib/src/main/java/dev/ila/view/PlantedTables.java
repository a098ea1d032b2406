package dev.ila.view;

import dev.ila.truth.PlantedPattern;
import dev.ila.truth.PlantedTrial;
import dev.ila.truth.Separation;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** How well planted alignments were found, as tables. */
public final class PlantedTables {
    private static final String ALL = "all";

    private PlantedTables() {}

    /** A row for each trial: what was planted, and each criterion's AUC, stage 2 alone. */
    public static Table alone(List<PlantedTrial> trials) {
        Table table = head("Stage 2 alone, AUC of planted against noise", trials);
        table.addColumns(
                ints("planted", trials, PlantedTrial::planted),
                ints("without effect", trials, t -> t.planted() - t.positives()),
                ints("noise", trials, PlantedTrial::noise),
                ints("scaled", trials, PlantedTrial::scaled),
                ContrastTables.numbers("largest factor", trials, PlantedTrial::largestFactor));
        return aucs(table, trials, PlantedTrial::alone);
    }

    /** A row for each trial: each criterion's AUC after the whole pipeline. */
    public static Table pipeline(List<PlantedTrial> trials) {
        Table table = head("Whole pipeline, AUC of planted against the others", trials);
        return aucs(table, trials, PlantedTrial::pipeline);
    }

    private static Table head(String title, List<PlantedTrial> trials) {
        return Table.create(
                title,
                StringColumn.create("pattern", trials.stream().map(t -> name(t.pattern()))),
                LongColumn.create("seed", trials.stream().mapToLong(PlantedTrial::seed)));
    }

    private static Table aucs(
            Table table,
            List<PlantedTrial> trials,
            Function<PlantedTrial, Map<String, Separation>> part) {
        for (String by : criteria(trials, part)) {
            table.addColumns(ContrastTables.numbers(by, trials, t -> auc(part.apply(t).get(by))));
        }
        return table;
    }

    private static double auc(Separation of) {
        return of == null ? Double.NaN : of.auc();
    }

    /** Mean and least AUC and mean precision at k of each criterion, stage 2 alone. */
    public static Table aloneSummary(List<PlantedTrial> trials) {
        return summary("Stage 2 alone", trials, PlantedTrial::alone);
    }

    /** The same after the whole pipeline. */
    public static Table pipelineSummary(List<PlantedTrial> trials) {
        return summary("Whole pipeline", trials, PlantedTrial::pipeline);
    }

    private static Table summary(
            String title,
            List<PlantedTrial> trials,
            Function<PlantedTrial, Map<String, Separation>> part) {
        List<Row> rows = new ArrayList<>();
        Set<PlantedPattern> patterns = new LinkedHashSet<>();
        trials.forEach(t -> patterns.add(t.pattern()));
        for (String by : criteria(trials, part)) {
            rows.add(Row.of(by, ALL, trials, part));
            for (PlantedPattern pattern : patterns) {
                List<PlantedTrial> own =
                        trials.stream().filter(t -> t.pattern() == pattern).toList();
                rows.add(Row.of(by, name(pattern), own, part));
            }
        }
        return Table.create(
                title,
                StringColumn.create("criterion", rows.stream().map(Row::by)),
                StringColumn.create("pattern", rows.stream().map(Row::pattern)),
                IntColumn.create("trials", rows.stream().mapToInt(r -> r.of().size()).toArray()),
                numbers("mean AUC", rows, r -> r.mean(Separation::auc)),
                numbers("least AUC", rows, Row::least),
                numbers("mean precision at k", rows, r -> r.mean(Separation::precision)));
    }

    private record Row(String by, String pattern, List<Separation> of) {
        static Row of(
                String by,
                String pattern,
                List<PlantedTrial> trials,
                Function<PlantedTrial, Map<String, Separation>> part) {
            return new Row(
                    by,
                    pattern,
                    trials.stream()
                            .map(t -> part.apply(t).get(by))
                            .filter(Objects::nonNull)
                            .toList());
        }

        double mean(ToDoubleFunction<Separation> what) {
            return of.stream().mapToDouble(what).average().orElse(Double.NaN);
        }

        double least() {
            return of.stream().mapToDouble(Separation::auc).min().orElse(Double.NaN);
        }
    }

    private static DoubleColumn numbers(String name, List<Row> rows, ToDoubleFunction<Row> value) {
        return ContrastTables.numbers(name, rows, value);
    }

    private static IntColumn ints(
            String name, List<PlantedTrial> trials, Function<PlantedTrial, Integer> value) {
        return IntColumn.create(name, trials.stream().map(value).toArray(Integer[]::new));
    }

    private static Set<String> criteria(
            List<PlantedTrial> trials, Function<PlantedTrial, Map<String, Separation>> part) {
        Set<String> all = new LinkedHashSet<>();
        trials.forEach(t -> all.addAll(part.apply(t).keySet()));
        return all;
    }

    private static String name(PlantedPattern pattern) {
        return pattern.name().toLowerCase(Locale.ROOT);
    }
}

package dev.ila.view;

import dev.ila.rank.Chance;
import dev.ila.rank.Comparison;
import dev.ila.rank.Contrast;
import dev.ila.rank.Measure;
import dev.ila.rank.Ranking;
import dev.ila.run.AtomicFiles;
import dev.ila.run.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.knowm.xchart.internal.chartpart.IChart;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** What a comparison of rankings has to show: text for a terminal, and files. */
public final class ComparisonSummary {
    private static final int MOVERS = 8;

    private final Comparison comparison;
    private final ComparisonTables tables;
    private final List<String> notes;

    /**
     * Computes the comparison.
     *
     * @param notes what was said when the rankings were read
     */
    public ComparisonSummary(Comparison comparison, List<String> notes) {
        this.comparison = comparison;
        this.tables = new ComparisonTables(comparison);
        this.notes = List.copyOf(notes);
    }

    /** Writes every table as CSV, all of them as {@code overlap.json}, and charts. */
    public void write(Path directory) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("schema", "ila-overlap/1");
        json.put("settings", comparison.settings());
        json.put("notes", notes);
        json.put("findings", verdicts());
        tables.all()
                .forEach(
                        (name, table) -> {
                            AtomicFiles.write(
                                    directory.resolve(name + ".csv"),
                                    table.write().toString("csv"));
                            json.put(name, rows(table));
                        });
        Json.write(directory.resolve("overlap.json"), json);
        pictures()
                .forEach(
                        (name, chart) ->
                                Charts.save(chart, directory.resolve("charts").resolve(name)));
    }

    List<Contrast> contrasts() {
        return tables.contrastList();
    }

    /** The pictures by name. */
    Map<String, IChart> pictures() {
        Map<String, Ranking> rankings = comparison.rankings();
        Map<String, IChart> pictures = new LinkedHashMap<>();
        pictures.put("curve", Charts.curves(tables.curves()));
        for (Measure measure : comparison.measures()) {
            pictures.put(
                    ComparisonTables.file(measure),
                    Charts.likeness(tables.title(measure), rankings, measure));
        }
        pictures.put("spread", Charts.spread(List.copyOf(rankings.values())));
        return pictures;
    }

    /** The tables that a person reads first. */
    List<Table> screens() {
        return List.of(tables.screen(), tables.projections(), tables.movers(MOVERS));
    }

    private static List<Map<String, Object>> rows(Table table) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int row = 0; row < table.rowCount(); row++) {
            Map<String, Object> cells = new LinkedHashMap<>();
            for (Column<?> column : table.columns()) {
                if (!column.isMissing(row)) {
                    cells.put(column.name(), column.get(row));
                }
            }
            rows.add(cells);
        }
        return rows;
    }

    /** One sentence for each contrast and measure of the first cut and of whole rankings. */
    public List<String> verdicts() {
        List<String> verdicts = new ArrayList<>();
        for (Contrast c : tables.contrastList()) {
            verdicts.add(
                    String.format(
                            Locale.ROOT,
                            "%s: %s is %.3f, %s what unrelated rankings have (%.3f to %.3f), %s"
                                    + " what the kind of projection alone gives (%.3f to %.3f)",
                            "Runs that differ in "
                                    + (c.differs().equals(Contrast.SEED)
                                            ? "the seed alone"
                                            : c.differs()),
                            c.measure(),
                            c.mean(),
                            place(c.mean(), c.uniform()),
                            c.uniform().low(),
                            c.uniform().high(),
                            place(c.mean(), c.withinProjections()),
                            c.withinProjections().low(),
                            c.withinProjections().high()));
        }
        return verdicts;
    }

    private static String place(double value, Chance chance) {
        if (value > chance.high()) {
            return "above";
        }
        return value < chance.low() ? "below" : "within";
    }

    /** The result as text for a terminal. */
    public String text() {
        StringBuilder out = new StringBuilder();
        notes.forEach(n -> out.append("note: ").append(n).append('\n'));
        Ranking any = comparison.runs().get(0).ranking();
        out.append('\n').append(Tables.text(tables.runs()));
        out.append('\n').append(Tables.text(tables.screen()));
        out.append('\n').append(Tables.text(tables.projections()));
        double cut = comparison.settings().cuts().get(0);
        int n = any.size();
        int k = any.count(cut);
        int runs = comparison.runs().size();
        out.append(
                String.format(
                        Locale.ROOT,
                        "%n%d of %d layers are among the top %d in all %d rankings; of unrelated"
                                + " rankings %.1f would be.%n",
                        tables.consensus().size(),
                        n,
                        k,
                        runs,
                        n * StrictMath.pow((double) k / n, runs)));
        out.append('\n').append(Tables.text(tables.movers(MOVERS)));
        return out.toString();
    }
}

package dev.ila.view;

import dev.ila.rank.Agreement;
import dev.ila.rank.LayerGroup;
import dev.ila.rank.LayerScore;
import dev.ila.rank.Overlap;
import dev.ila.rank.Ranking;
import dev.ila.run.Require;
import dev.ila.search.Differences;
import dev.ila.train.History;
import dev.ila.train.History.Step;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** Results as Tablesaw tables, and tables as text for a terminal. */
public final class Tables {
    private static final MathContext FOUR_DIGITS = new MathContext(4);
    private static final String GAP = "  ";

    private Tables() {}

    /** Every layer by rank: {@code rank, layer, block, projection, parameters, logit, score}. */
    public static Table ranking(Ranking ranking) {
        return layers("Ranking", ranking.scores());
    }

    /**
     * The most important layers.
     *
     * @param count at most this many
     */
    public static Table top(Ranking ranking, int count) {
        int n = Math.min(Require.atLeast(1, count, "count"), ranking.size());
        return layers("Most important", ranking.scores().subList(0, n));
    }

    /**
     * The least important layers, the last ranked last.
     *
     * @param count at most this many
     */
    public static Table bottom(Ranking ranking, int count) {
        int n = Math.min(Require.atLeast(1, count, "count"), ranking.size());
        return layers(
                "Least important", ranking.scores().subList(ranking.size() - n, ranking.size()));
    }

    /** A row for each kind of projection, the highest mean score first. */
    public static Table byProjection(Ranking ranking) {
        return groups("By projection", "projection", ranking.byProjection());
    }

    /** A row for each block, in the order of depth. */
    public static Table byDepth(Ranking ranking) {
        return groups("By block", "block", ranking.byDepth());
    }

    /** A row for each optimizer step; a held-out loss that was not measured is missing. */
    public static Table history(History history) {
        List<Step> steps = history.steps();
        DoubleColumn heldOut = DoubleColumn.create("held out");
        for (Step s : steps) {
            s.heldOut().ifPresentOrElse(heldOut::append, heldOut::appendMissing);
        }
        return Table.create(
                "History",
                IntColumn.create("stage", steps.stream().mapToInt(Step::stage).toArray()),
                IntColumn.create("step", steps.stream().mapToInt(Step::step).toArray()),
                DoubleColumn.create("loss", steps.stream().mapToDouble(Step::loss).toArray()),
                heldOut,
                DoubleColumn.create(
                        "learning rate", steps.stream().mapToDouble(Step::learningRate).toArray()),
                DoubleColumn.create(
                        "gradient norm", steps.stream().mapToDouble(Step::gradientNorm).toArray()),
                LongColumn.create("tokens", steps.stream().mapToLong(Step::tokens).toArray()),
                DoubleColumn.create(
                        "seconds", steps.stream().mapToDouble(Step::seconds).toArray()));
    }

    /**
     * Overlaps by name, each beside what unrelated sets come to.
     *
     * @param overlaps in the order of the map
     */
    public static Table overlaps(Map<String, Overlap> overlaps) {
        List<Overlap> all = List.copyOf(overlaps.values());
        return Table.create(
                "Overlap",
                StringColumn.create("rankings", overlaps.keySet().stream()),
                IntColumn.create("layers", all.stream().mapToInt(Overlap::count).toArray()),
                DoubleColumn.create("share", all.stream().mapToDouble(Overlap::share)),
                DoubleColumn.create("Jaccard", all.stream().mapToDouble(Overlap::jaccard)),
                DoubleColumn.create("unrelated sets", all.stream().mapToDouble(Overlap::chance)));
    }

    /** Agreements, a row for each, beside the band of permutations within projections. */
    public static Table agreements(List<Agreement> all) {
        return Table.create(
                "Agreement",
                StringColumn.create("measure", all.stream().map(Agreement::measure)),
                IntColumn.create("rankings", all.stream().mapToInt(Agreement::rankings).toArray()),
                DoubleColumn.create("mean", all.stream().mapToDouble(Agreement::mean)),
                DoubleColumn.create("least", all.stream().mapToDouble(Agreement::least)),
                DoubleColumn.create("most", all.stream().mapToDouble(Agreement::most)),
                DoubleColumn.create("chance from", all.stream().mapToDouble(a -> a.chance().low())),
                DoubleColumn.create("chance to", all.stream().mapToDouble(a -> a.chance().high())));
    }

    /** What differs between two runs. */
    public static Table differences(List<Differences.Difference> all) {
        return Table.create(
                "Differences",
                StringColumn.create("what", all.stream().map(Differences.Difference::what)),
                StringColumn.create("first", all.stream().map(Differences.Difference::first)),
                StringColumn.create("second", all.stream().map(Differences.Difference::second)));
    }

    /** A table as HTML: numbers as in {@link #text}, words to the left, its name above. */
    public static String html(Table table) {
        StringBuilder out = new StringBuilder("<table>\n");
        out.append("<caption style=\"text-align:left\">")
                .append(escaped(table.name()))
                .append("</caption>\n<tr>");
        for (Column<?> column : table.columns()) {
            out.append("<th").append(align(column)).append('>').append(escaped(column.name()));
            out.append("</th>");
        }
        out.append("</tr>\n");
        for (int row = 0; row < table.rowCount(); row++) {
            out.append("<tr>");
            for (int column = 0; column < table.columnCount(); column++) {
                out.append("<td").append(align(table.column(column))).append('>');
                out.append(escaped(cell(table, row, column))).append("</td>");
            }
            out.append("</tr>\n");
        }
        return out.append("</table>\n").toString();
    }

    private static String align(Column<?> column) {
        String side = column instanceof StringColumn ? "left" : "right";
        return " style=\"text-align:" + side + "\"";
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /**
     * A table as lines of text, columns as wide as their widest cell, numbers to the right with
     * four significant digits; nothing is cut.
     */
    public static String text(Table table) {
        String[][] cells = new String[table.rowCount() + 1][table.columnCount()];
        int[] widths = new int[table.columnCount()];
        for (int column = 0; column < widths.length; column++) {
            cells[0][column] = table.column(column).name();
            for (int row = 0; row < table.rowCount(); row++) {
                cells[row + 1][column] = cell(table, row, column);
            }
            for (String[] row : cells) {
                widths[column] = Math.max(widths[column], row[column].length());
            }
        }
        StringBuilder text = new StringBuilder(table.name()).append('\n');
        for (String[] row : cells) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < widths.length; column++) {
                boolean words = table.column(column) instanceof StringColumn;
                String format = "%" + (words ? "-" : "") + widths[column] + "s";
                line.append(column == 0 ? "" : GAP).append(format.formatted(row[column]));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    /**
     * Four digits, or four decimals below 1, the same in every locale: 0.9960, 12.35, 2.000e-04.
     */
    static String significant(double value) {
        if (!Double.isFinite(value) || value == 0) {
            return String.valueOf(value);
        }
        double size = Math.abs(value);
        if (size < 1e-3 || size >= 1e6) {
            return String.format(Locale.ROOT, "%.3e", value);
        }
        BigDecimal rounded = new BigDecimal(value).round(FOUR_DIGITS);
        int whole = rounded.precision() - rounded.scale();
        int decimals = Math.max(0, FOUR_DIGITS.getPrecision() - Math.max(whole, 0));
        return rounded.setScale(decimals, RoundingMode.HALF_UP).toPlainString();
    }

    static String cell(Table table, int row, int column) {
        if (table.column(column).isMissing(row)) {
            return "";
        }
        Object value = table.get(row, column);
        if (value instanceof Double number) {
            return significant(number);
        }
        return value instanceof Number n ? String.format(Locale.ROOT, "%,d", n) : value.toString();
    }

    private static Table layers(String title, List<LayerScore> scores) {
        return Table.create(
                title,
                IntColumn.create("rank", scores.stream().mapToInt(LayerScore::rank).toArray()),
                StringColumn.create("layer", scores.stream().map(s -> s.layer().name())),
                IntColumn.create("block", scores.stream().mapToInt(s -> s.layer().block())),
                StringColumn.create("projection", scores.stream().map(s -> s.layer().projection())),
                LongColumn.create(
                        "parameters",
                        scores.stream().mapToLong(s -> s.layer().parameters()).toArray()),
                DoubleColumn.create("logit", scores.stream().mapToDouble(LayerScore::logit)),
                DoubleColumn.create("score", scores.stream().mapToDouble(LayerScore::score)));
    }

    private static Table groups(String title, String kind, List<LayerGroup> groups) {
        return Table.create(
                title,
                StringColumn.create(kind, groups.stream().map(LayerGroup::name)),
                IntColumn.create("layers", groups.stream().mapToInt(LayerGroup::layers).toArray()),
                LongColumn.create(
                        "parameters", groups.stream().mapToLong(LayerGroup::parameters).toArray()),
                DoubleColumn.create(
                        "mean score", groups.stream().mapToDouble(LayerGroup::meanScore)),
                DoubleColumn.create(
                        "mean rank", groups.stream().mapToDouble(LayerGroup::meanRank)));
    }
}

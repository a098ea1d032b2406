package dev.ila.view;

import dev.ila.rank.Chance;
import dev.ila.rank.Comparison;
import dev.ila.rank.Contrast;
import dev.ila.rank.LayerSpread;
import dev.ila.rank.Measure;
import dev.ila.rank.OverlapCurve;
import dev.ila.rank.RankedRun;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** What {@link Comparison} finds, as tables. A value that there is not is a missing cell. */
public final class ComparisonTables {
    private final Comparison comparison;
    private final List<Contrast> contrasts;
    private final List<LayerSpread> layers;

    /** Computes what more than one table needs. */
    public ComparisonTables(Comparison comparison) {
        this.comparison = comparison;
        this.contrasts = comparison.table();
        this.layers =
                LayerSpread.of(
                        List.copyOf(comparison.rankings().values()),
                        comparison.settings().cuts().get(0));
    }

    /** All tables by the names of their files. */
    public Map<String, Table> all() {
        Map<String, Table> all = new LinkedHashMap<>();
        all.put("runs", runs());
        all.put("contrasts", contrasts());
        all.put("pairs", pairs());
        all.put("projections", parts("projection", comparison.byProjection()));
        all.put("blocks", parts("block", comparison.byDepth()));
        all.put("curve", curve());
        all.put("layers", layers("Layers", layers));
        return all;
    }

    /** A row for each run: name, seed, factors, layers with tied scores. */
    public Table runs() {
        List<RankedRun> runs = comparison.runs();
        Table table =
                Table.create(
                        "Runs", StringColumn.create("run", runs.stream().map(RankedRun::name)));
        TreeSet<String> factors = new TreeSet<>();
        runs.forEach(r -> factors.addAll(r.factors().keySet()));
        for (String factor : factors) {
            table.addColumns(
                    StringColumn.create(
                            factor, runs.stream().map(r -> r.factors().getOrDefault(factor, ""))));
        }
        table.addColumns(
                StringColumn.create(
                        "seed",
                        runs.stream()
                                .map(r -> r.seed().isPresent() ? "" + r.seed().getAsLong() : "")),
                IntColumn.create(
                        "tied layers", runs.stream().mapToInt(r -> r.ranking().tied()).toArray()));
        return table;
    }

    /** Each contrast by each measure, every number in its own column. */
    public Table contrasts() {
        return contrasts("Contrasts", contrasts);
    }

    private static Table contrasts(String title, List<Contrast> all) {
        return Table.create(
                title,
                StringColumn.create("differs", all.stream().map(Contrast::differs)),
                IntColumn.create("pairs", all.stream().mapToInt(Contrast::pairs).toArray()),
                StringColumn.create("measure", all.stream().map(Contrast::measure)),
                numbers("mean", all, Contrast::mean),
                numbers("least", all, Contrast::least),
                numbers("most", all, Contrast::most),
                numbers("interval from", all, c -> interval(c, Contrast.Interval::low)),
                numbers("interval to", all, c -> interval(c, Contrast.Interval::high)),
                numbers("uniform", all, c -> c.uniform().mean()),
                numbers("uniform from", all, c -> c.uniform().low()),
                numbers("uniform to", all, c -> c.uniform().high()),
                numbers("within projections", all, c -> c.withinProjections().mean()),
                numbers("within projections from", all, c -> c.withinProjections().low()),
                numbers("within projections to", all, c -> c.withinProjections().high()),
                numbers("seed alone", all, c -> ceiling(c, all)));
    }

    private static double interval(Contrast c, ToDoubleFunction<Contrast.Interval> bound) {
        return c.interval().isPresent() ? bound.applyAsDouble(c.interval().get()) : Double.NaN;
    }

    private static double ceiling(Contrast of, List<Contrast> all) {
        return all.stream()
                .filter(c -> c.differs().equals(Contrast.SEED))
                .filter(c -> c.measure().equals(of.measure()))
                .mapToDouble(Contrast::mean)
                .findFirst()
                .orElse(Double.NaN);
    }

    private static <T> DoubleColumn numbers(String name, List<T> of, ToDoubleFunction<T> value) {
        DoubleColumn column = DoubleColumn.create(name);
        for (T t : of) {
            double v = value.applyAsDouble(t);
            // Tablesaw's missing value is NaN; said, so that nobody relies on it by chance.
            if (Double.isNaN(v)) {
                column.appendMissing();
            } else {
                column.append(v);
            }
        }
        return column;
    }

    /** The same for a screen: ranges in one cell. */
    public Table screen() {
        List<Contrast> all = contrasts;
        return Table.create(
                "Agreement, mean over pairs of runs [95 %]",
                StringColumn.create("differs", all.stream().map(Contrast::differs)),
                IntColumn.create("pairs", all.stream().mapToInt(Contrast::pairs).toArray()),
                StringColumn.create("measure", all.stream().map(Contrast::measure)),
                StringColumn.create(
                        "mean",
                        all.stream()
                                .map(
                                        c ->
                                                three(c.mean())
                                                        + c.interval()
                                                                .map(i -> range(i.low(), i.high()))
                                                                .orElse(""))),
                StringColumn.create("any layer", all.stream().map(c -> band(c.uniform()))),
                StringColumn.create(
                        "within projections", all.stream().map(c -> band(c.withinProjections()))),
                StringColumn.create("seed alone", all.stream().map(c -> three(ceiling(c, all)))));
    }

    /** A measure's name with its three references, for a picture. */
    String title(Measure measure) {
        List<Contrast> own =
                contrasts.stream().filter(c -> c.measure().equals(measure.name())).toList();
        Contrast last = own.get(own.size() - 1);
        double ceiling = ceiling(last, contrasts);
        String any = three(last.uniform().mean());
        String within = three(last.withinProjections().mean());
        String seed = Double.isNaN(ceiling) ? "" : ", seed alone " + three(ceiling);
        return measure.name()
                + " (any layer "
                + any
                + ", within projections "
                + within
                + seed
                + ")";
    }

    private static String band(Chance chance) {
        return three(chance.mean()) + range(chance.low(), chance.high());
    }

    private static String range(double low, double high) {
        return " [" + three(low) + ", " + three(high) + "]";
    }

    private static String three(double value) {
        // Rounded first, so that no minus stands before a zero.
        double rounded = Math.round(1000 * value) / 1000.0;
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.3f", rounded);
    }

    /** A row for each pair of runs and measure. */
    public Table pairs() {
        List<Measure> measures = comparison.measures();
        Table table =
                Table.create(
                        "Pairs",
                        StringColumn.create("run"),
                        StringColumn.create("other run"),
                        StringColumn.create("differs"));
        measures.forEach(m -> table.addColumns(DoubleColumn.create(m.name())));
        for (Comparison.Likeness pair : comparison.pairs()) {
            table.stringColumn(0).append(pair.a().name());
            table.stringColumn(1).append(pair.b().name());
            table.stringColumn(2).append(pair.differs());
            for (int m = 0; m < measures.size(); m++) {
                table.doubleColumn(3 + m).append(pair.values().get(m));
            }
        }
        return table;
    }

    private static Table parts(String kind, Map<String, List<Contrast>> parts) {
        List<String> names = new ArrayList<>();
        List<Contrast> all = new ArrayList<>();
        parts.forEach(
                (name, some) -> {
                    some.forEach(c -> names.add(name));
                    all.addAll(some);
                });
        Table table = contrasts("By " + kind, all);
        // Whose measure it is differs by row; the column of the seed alone would mix them.
        return table.removeColumns("seed alone")
                .insertColumn(0, StringColumn.create(kind, names.stream()));
    }

    /** Agreement within each kind of projection, in few columns. */
    public Table projections() {
        return parts("projection", comparison.byProjection())
                .retainColumns(
                        "projection",
                        "differs",
                        "measure",
                        "mean",
                        "within projections from",
                        "within projections to");
    }

    /** Overlap at every cut-off by contrast. */
    public Table curve() {
        List<String> differs = new ArrayList<>();
        List<OverlapCurve.Point> points = new ArrayList<>();
        for (OverlapCurve curve : comparison.curves()) {
            curve.points().forEach(p -> differs.add(curve.differs()));
            points.addAll(curve.points());
        }
        return Table.create(
                "Overlap at every cut-off",
                StringColumn.create("differs", differs.stream()),
                IntColumn.create(
                        "layers", points.stream().mapToInt(OverlapCurve.Point::count).toArray()),
                numbers("share", points, OverlapCurve.Point::share),
                numbers("Jaccard", points, OverlapCurve.Point::jaccard),
                numbers("unrelated pair", points, p -> p.uniform().mean()),
                numbers("unrelated pair from", points, p -> p.uniform().low()),
                numbers("unrelated pair to", points, p -> p.uniform().high()),
                numbers("within projections", points, p -> p.withinProjections().mean()),
                numbers("within projections from", points, p -> p.withinProjections().low()),
                numbers("within projections to", points, p -> p.withinProjections().high()));
    }

    /** Layers that every ranking has among the important ones. */
    public List<LayerSpread> consensus() {
        int runs = comparison.runs().size();
        return layers.stream().filter(l -> l.inTop() == runs).toList();
    }

    /** Layers whose rank changes the most from run to run. */
    public Table movers(int count) {
        return layers(
                "Layers that move most",
                layers.stream()
                        .sorted(Comparator.comparingDouble(LayerSpread::deviation).reversed())
                        .limit(count)
                        .toList());
    }

    private static Table layers(String title, List<LayerSpread> all) {
        return Table.create(
                title,
                StringColumn.create("layer", all.stream().map(l -> l.layer().name())),
                IntColumn.create(
                        "times important", all.stream().mapToInt(LayerSpread::inTop).toArray()),
                numbers("mean rank", all, LayerSpread::meanRank),
                numbers("deviation", all, LayerSpread::deviation),
                IntColumn.create("best", all.stream().mapToInt(LayerSpread::best).toArray()),
                IntColumn.create("worst", all.stream().mapToInt(LayerSpread::worst).toArray()));
    }
}

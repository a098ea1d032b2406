package dev.ila.view;

import dev.ila.rank.Comparison;
import dev.ila.rank.Contrast;
import dev.ila.rank.LayerSpread;
import dev.ila.rank.Measure;
import dev.ila.rank.OverlapCurve;
import dev.ila.rank.RankedRun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** What {@link Comparison} finds, as tables. A value that there is not is a missing cell. */
public final class ComparisonTables {
    private final Comparison comparison;
    private final List<Contrast> contrasts;
    private final Map<String, List<Contrast>> byProjection;
    private final List<OverlapCurve> curves;
    private final List<LayerSpread> layers;

    /** Computes what more than one table needs. */
    public ComparisonTables(Comparison comparison) {
        this.comparison = comparison;
        this.contrasts = comparison.table();
        this.byProjection = comparison.byProjection();
        this.curves = comparison.curves();
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
        all.put("projections", parts("projection", byProjection));
        all.put("blocks", parts("block", comparison.byDepth()));
        all.put("curve", curve());
        all.put("layers", layers("Layers", layers));
        for (int m = 0; m < comparison.measures().size(); m++) {
            all.put("matrix-" + file(comparison.measures().get(m)), matrix(m));
        }
        return all;
    }

    /** A measure's name as that of a file. */
    static String file(Measure measure) {
        String words = measure.name().replaceAll("[^A-Za-z0-9.]+", "-").replaceAll("-$", "");
        return words.toLowerCase(Locale.ROOT);
    }

    /** One measure of each run, a row, with each other, a column; 1 with itself. */
    private Table matrix(int measure) {
        List<RankedRun> runs = comparison.runs();
        Table table =
                Table.create(
                        comparison.measures().get(measure).name(),
                        StringColumn.create("run", runs.stream().map(RankedRun::name)));
        for (RankedRun run : runs) {
            double[] column = new double[runs.size()];
            Arrays.fill(column, 1);
            for (Comparison.Likeness pair : comparison.pairs()) {
                if (pair.a().equals(run) || pair.b().equals(run)) {
                    RankedRun other = pair.a().equals(run) ? pair.b() : pair.a();
                    column[runs.indexOf(other)] = pair.values().get(measure);
                }
            }
            // Tablesaw wants names that differ by more than their case.
            boolean taken =
                    table.columnNames().stream().anyMatch(n -> n.equalsIgnoreCase(run.name()));
            String name = taken ? run.name() + " (" + runs.indexOf(run) + ")" : run.name();
            table.addColumns(DoubleColumn.create(name, column));
        }
        return table;
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

    List<OverlapCurve> curves() {
        return curves;
    }

    List<Contrast> contrastList() {
        return contrasts;
    }

    /** Each contrast by each measure, every number in its own column. */
    public Table contrasts() {
        return ContrastTables.numeric("Contrasts", contrasts);
    }

    /** The same for a screen: ranges in one cell. */
    public Table screen() {
        return ContrastTables.screen(
                "Agreement, mean over pairs of runs [95 %]", contrasts, contrasts);
    }

    /** A measure's name with its three references, for a picture. */
    String title(Measure measure) {
        List<Contrast> own =
                contrasts.stream().filter(c -> c.measure().equals(measure.name())).toList();
        Contrast last = own.get(own.size() - 1);
        double ceiling = ContrastTables.ceiling(last, contrasts);
        String any = ContrastTables.three(last.uniform().mean());
        String within = ContrastTables.three(last.withinProjections().mean());
        String seed = Double.isNaN(ceiling) ? "" : ", seed alone " + ContrastTables.three(ceiling);
        return measure.name()
                + " (any layer "
                + any
                + ", within projections "
                + within
                + seed
                + ")";
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
        Table table = ContrastTables.numeric("By " + kind, all);
        // Whose measure it is differs by row; the column of the seed alone would mix them.
        return table.removeColumns("seed alone")
                .insertColumn(0, StringColumn.create(kind, names.stream()));
    }

    /** Agreement within each kind of projection, in few columns. */
    public Table projections() {
        return parts("projection", byProjection)
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
        for (OverlapCurve curve : curves) {
            curve.points().forEach(p -> differs.add(curve.differs()));
            points.addAll(curve.points());
        }
        return Table.create(
                "Overlap at every cut-off",
                StringColumn.create("differs", differs.stream()),
                IntColumn.create(
                        "layers", points.stream().mapToInt(OverlapCurve.Point::count).toArray()),
                ContrastTables.numbers("share", points, OverlapCurve.Point::share),
                ContrastTables.numbers("Jaccard", points, OverlapCurve.Point::jaccard),
                ContrastTables.numbers("unrelated pair", points, p -> p.uniform().mean()),
                ContrastTables.numbers("unrelated pair from", points, p -> p.uniform().low()),
                ContrastTables.numbers("unrelated pair to", points, p -> p.uniform().high()),
                ContrastTables.numbers(
                        "within projections", points, p -> p.withinProjections().mean()),
                ContrastTables.numbers(
                        "within projections from", points, p -> p.withinProjections().low()),
                ContrastTables.numbers(
                        "within projections to", points, p -> p.withinProjections().high()));
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
                ContrastTables.numbers("mean rank", all, LayerSpread::meanRank),
                ContrastTables.numbers("deviation", all, LayerSpread::deviation),
                IntColumn.create("best", all.stream().mapToInt(LayerSpread::best).toArray()),
                IntColumn.create("worst", all.stream().mapToInt(LayerSpread::worst).toArray()));
    }
}

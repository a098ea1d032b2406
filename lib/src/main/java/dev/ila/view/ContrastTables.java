package dev.ila.view;

import dev.ila.rank.Chance;
import dev.ila.rank.Contrast;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Contrasts as tables: every number in a column of its own, or ranges in one cell for a screen. */
final class ContrastTables {
    private ContrastTables() {}

    static Table numeric(String title, List<Contrast> all) {
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

    static double ceiling(Contrast of, List<Contrast> all) {
        return ceiling(of.measure(), all);
    }

    static double ceiling(String measure, List<Contrast> all) {
        return all.stream()
                .filter(c -> c.differs().equals(Contrast.SEED))
                .filter(c -> c.measure().equals(measure))
                .mapToDouble(Contrast::mean)
                .findFirst()
                .orElse(Double.NaN);
    }

    static <T> DoubleColumn numbers(String name, List<T> of, ToDoubleFunction<T> value) {
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

    /**
     * Rankings at milestones beside those at the end.
     *
     * @param milestones of a study, by data set and milestone
     * @param ends contrasts of the ends, which have the seed's
     * @param measures names of those to show
     */
    static Table milestones(
            Map<String, Map<String, List<Contrast>>> milestones,
            List<Contrast> ends,
            Set<String> measures) {
        List<String> names = new ArrayList<>();
        List<Contrast> all = new ArrayList<>();
        milestones.forEach(
                (set, own) ->
                        own.forEach(
                                (milestone, every) ->
                                        every.stream()
                                                .filter(c -> measures.contains(c.measure()))
                                                .forEach(
                                                        c -> {
                                                            names.add(set + " at " + milestone);
                                                            all.add(c);
                                                        })));
        return screen("Milestones beside the end [95 %]", all, ends)
                .insertColumn(0, StringColumn.create("milestone", names.stream()));
    }

    static Table screen(String title, List<Contrast> all, List<Contrast> ends) {
        return Table.create(
                title,
                StringColumn.create("differs", all.stream().map(Contrast::differs)),
                IntColumn.create("pairs", all.stream().mapToInt(Contrast::pairs).toArray()),
                StringColumn.create("measure", all.stream().map(Contrast::measure)),
                StringColumn.create("mean", all.stream().map(ContrastTables::mean)),
                StringColumn.create("any layer", all.stream().map(c -> band(c.uniform()))),
                StringColumn.create(
                        "within projections", all.stream().map(c -> band(c.withinProjections()))),
                StringColumn.create("seed alone", all.stream().map(c -> three(ceiling(c, ends)))));
    }

    private static String mean(Contrast c) {
        return three(c.mean()) + c.interval().map(i -> range(i.low(), i.high())).orElse("");
    }

    private static String band(Chance chance) {
        return three(chance.mean()) + range(chance.low(), chance.high());
    }

    private static String range(double low, double high) {
        return " [" + three(low) + ", " + three(high) + "]";
    }

    static String three(double value) {
        // Rounded first, so that no minus stands before a zero.
        double rounded = Math.round(1000 * value) / 1000.0;
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.3f", rounded);
    }
}

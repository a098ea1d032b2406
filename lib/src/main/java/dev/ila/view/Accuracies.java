package dev.ila.view;

import dev.ila.eval.Accuracy;
import dev.ila.eval.Benchmark;
import dev.ila.eval.Judged;
import dev.ila.study.TuneComparison.Trial;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Accuracies of a comparison. */
final class Accuracies {
    private Accuracies() {}

    /** A row for each choice of layers: accuracies, the mean over its runs. */
    static Table of(Map<String, List<Trial>> groups) {
        Table table = Table.create("Accuracy", StringColumn.create("tuned"));
        groups.keySet().forEach(g -> table.stringColumn(0).append(g));
        Map<Benchmark, List<Judged>> any = groups.values().iterator().next().get(0).judged();
        for (Map.Entry<Benchmark, List<Judged>> of : any.entrySet()) {
            Benchmark task = of.getKey();
            List<Judged> first = of.getValue();
            double chance = Accuracy.of(first, Judged::right).chance();
            String name = "%s (%,d, chance %.3f)".formatted(task.key(), first.size(), chance);
            List<Boolean> measures = task.byLength() ? List.of(false, true) : List.of(false);
            for (boolean byLength : measures) {
                StringColumn column = StringColumn.create(name + (byLength ? " norm" : ""));
                groups.values().forEach(g -> column.append(accuracy(g, task, byLength)));
                table.addColumns(column);
            }
        }
        return table;
    }

    private static String accuracy(List<Trial> own, Benchmark task, boolean byLength) {
        double[] shares =
                own.stream()
                        .mapToDouble(
                                t ->
                                        Accuracy.of(
                                                        t.judged().get(task),
                                                        byLength
                                                                ? Judged::rightByLength
                                                                : Judged::right)
                                                .share())
                        .toArray();
        double mean = DoubleStream.of(shares).average().orElseThrow();
        double sum = DoubleStream.of(shares).map(v -> (v - mean) * (v - mean)).sum();
        return shares.length < 2
                ? String.format(Locale.ROOT, "%.4f", mean)
                : String.format(
                        Locale.ROOT, "%.4f ± %.4f", mean, Math.sqrt(sum / (shares.length - 1)));
    }
}

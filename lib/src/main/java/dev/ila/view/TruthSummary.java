package dev.ila.view;

import dev.ila.run.AtomicFiles;
import dev.ila.truth.Curves;
import dev.ila.truth.Effects;
import dev.ila.truth.Findings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Ground truth of several runs: how true each criterion is in the mean, and how far that varies.
 */
public final class TruthSummary {
    private final List<Findings> all;

    /** Of two runs or more. */
    public TruthSummary(List<Findings> all) {
        this.all = List.copyOf(all);
    }

    private Table means() {
        Set<String> names = new LinkedHashSet<>();
        all.forEach(f -> f.held().forEach(h -> names.add(h.of().name())));
        Table table = Table.create("Rankings beside the truth, mean [least, most] of the runs");
        StringColumn by = StringColumn.create("criterion");
        IntColumn runs = IntColumn.create("runs");
        for (String name : names) {
            by.append(name);
            runs.append(of(name, h -> 0).length);
        }
        table.addColumns(by, runs);
        column(table, "ρ without", names, Findings.Held::without);
        column(table, "ρ only", names, Findings.Held::only);
        column(table, "area", names, Findings.Held::area);
        DoubleColumn seconds = DoubleColumn.create("seconds");
        names.forEach(n -> seconds.append(mean(of(n, h -> h.of().seconds()))));
        return table.addColumns(seconds);
    }

    private double[] of(String name, ToDoubleFunction<Findings.Held> value) {
        List<Findings.Held> held = new ArrayList<>();
        for (Findings f : all) {
            Optional<Findings.Held> one =
                    f.held().stream().filter(h -> h.of().name().equals(name)).findFirst();
            one.ifPresent(held::add);
        }
        return held.stream().mapToDouble(value).toArray();
    }

    private void column(
            Table to,
            String title,
            Set<String> names,
            Function<Findings.Held, Effects.Estimate> of) {
        StringColumn column = StringColumn.create(title);
        names.forEach(n -> column.append(range(of(n, h -> of.apply(h).value()))));
        to.addColumns(column);
    }

    private static double mean(double... x) {
        return Arrays.stream(x).average().orElse(Double.NaN);
    }

    private static String range(double... x) {
        if (Double.isNaN(mean(x))) {
            return "";
        }
        return String.format(
                Locale.ROOT,
                "%.3f [%.3f, %.3f]",
                mean(x),
                Arrays.stream(x).min().orElse(Double.NaN),
                Arrays.stream(x).max().orElse(Double.NaN));
    }

    private Table runs() {
        return Table.create(
                "Runs",
                StringColumn.create("run", all.stream().map(Findings::run)),
                DoubleColumn.create("loss without any", losses(Effects.NONE)),
                DoubleColumn.create("loss with all", losses(Effects.ALL)),
                DoubleColumn.create("ceiling, without", ceilings(0)),
                DoubleColumn.create("ceiling, only", ceilings(1)),
                StringColumn.create(
                        "area by chance",
                        all.stream()
                                .map(
                                        f ->
                                                range(
                                                        f.random().stream()
                                                                .mapToDouble(Curves::area)
                                                                .toArray()))));
    }

    private double[] losses(String set) {
        return all.stream().mapToDouble(f -> f.losses().of(set).mean()).toArray();
    }

    private double[] ceilings(int kind) {
        return all.stream().mapToDouble(f -> f.ceilings().get(kind)).toArray();
    }

    /** Writes {@code summary.csv}, {@code runs.csv} and {@code report.html}. */
    public void write(Path directory, String command) {
        AtomicFiles.write(directory.resolve("summary.csv"), means().write().toString("csv"));
        AtomicFiles.write(directory.resolve("runs.csv"), runs().write().toString("csv"));
        new Page("What layers are worth, and which ranking knows it")
                .table(means())
                .table(runs())
                .command(command)
                .write(directory.resolve("report.html"));
    }

    /** The result as text for a terminal. */
    public String text() {
        return Tables.text(means()) + '\n' + Tables.text(runs()) + '\n';
    }
}

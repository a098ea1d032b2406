package dev.ila.view;

import dev.ila.eval.Accuracy;
import dev.ila.eval.Judged;
import dev.ila.eval.Paired;
import dev.ila.run.AtomicFiles;
import dev.ila.run.Host;
import dev.ila.run.Json;
import dev.ila.run.Provenance;
import dev.ila.search.Result;
import dev.ila.study.Arm;
import dev.ila.study.TuneComparison;
import dev.ila.study.TuneComparison.Trial;
import dev.ila.torch.Torch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Selective fine-tuning compared, as tables, a chart, JSON and a page that stands alone. */
public final class CompareReport {
    private final TuneComparison comparison;
    private final List<Trial> trials;

    /** A row of paired differences. */
    private record Row(String arm, String beside, Paired difference) {}

    /** Of a comparison and what came of it. */
    public CompareReport(TuneComparison comparison, List<Trial> trials) {
        this.comparison = comparison;
        this.trials = List.copyOf(trials);
    }

    private List<Trial> of(String group) {
        return trials.stream().filter(t -> t.arm().group().equals(group)).toList();
    }

    private Set<String> groups() {
        Set<String> groups = new LinkedHashSet<>();
        trials.forEach(t -> groups.add(t.arm().group()));
        return groups;
    }

    private Paired beside(String ours, String theirs) {
        List<List<Paired.Pair>> seeds = new ArrayList<>();
        for (long seed : comparison.settings().seeds()) {
            List<Paired.Pair> pairs = new ArrayList<>();
            for (Trial a : of(ours)) {
                for (Trial b : of(theirs)) {
                    if (a.seed() == seed && b.seed() == seed) {
                        pairs.add(new Paired.Pair(a.heldOut(), b.heldOut()));
                    }
                }
            }
            seeds.add(pairs);
        }
        return Paired.of(seeds);
    }

    /**
     * A row for each choice of layers: how many, trained numbers, held-out loss, its difference
     * from that of all layers, time and memory of a step.
     */
    public Table arms() {
        Table table =
                Table.create(
                        "Held-out loss, in nats a token",
                        StringColumn.create("tuned"),
                        StringColumn.create("layers"),
                        StringColumn.create("numbers"),
                        IntColumn.create("runs"),
                        StringColumn.create("rate"),
                        DoubleColumn.create("loss"),
                        DoubleColumn.create("spread"),
                        StringColumn.create("difference from all [95 %]"),
                        DoubleColumn.create("s a step"),
                        DoubleColumn.create("GB at the peak"),
                        DoubleColumn.create("GB by count"));
        for (String group : groups()) {
            List<Trial> own = of(group);
            table.stringColumn(0).append(group);
            table.stringColumn(1).append(range(own, t -> t.arm().atOnce()));
            table.stringColumn(2).append(range(own, Trial::numbers));
            table.intColumn(3).append(own.size());
            table.stringColumn(4)
                    .append(
                            own.stream()
                                    .map(t -> String.valueOf(t.rate()))
                                    .distinct()
                                    .collect(Collectors.joining(", ")));
            double[] losses = own.stream().mapToDouble(t -> t.heldOut().mean()).toArray();
            table.doubleColumn(5).append(DoubleStream.of(losses).average().orElseThrow());
            spread(table.doubleColumn(6), losses);
            table.stringColumn(7).append(group.equals(Arm.ALL) ? "" : text(beside(group, Arm.ALL)));
            table.doubleColumn(8).append(mean(own, t -> t.cost().secondsAStep()));
            OptionalDouble peak =
                    own.stream()
                            .map(t -> t.cost().peak())
                            .flatMapToLong(OptionalLong::stream)
                            .average();
            peak.ifPresentOrElse(
                    p -> table.doubleColumn(9).append(p / 1e9),
                    table.doubleColumn(9)::appendMissing);
            table.doubleColumn(10).append(mean(own, t -> t.cost().counted() / 1e9));
        }
        return table;
    }

    private static void spread(DoubleColumn to, double... values) {
        if (values.length < 2) {
            to.appendMissing();
            return;
        }
        double mean = DoubleStream.of(values).average().orElseThrow();
        double sum = DoubleStream.of(values).map(v -> (v - mean) * (v - mean)).sum();
        to.append(Math.sqrt(sum / (values.length - 1)));
    }

    private static String range(List<Trial> own, ToDoubleFunction<Trial> of) {
        double least = own.stream().mapToDouble(of).min().orElseThrow();
        double most = own.stream().mapToDouble(of).max().orElseThrow();
        return least == most
                ? String.format(Locale.ROOT, "%,.0f", least)
                : String.format(Locale.ROOT, "%,.0f to %,.0f", least, most);
    }

    private static double mean(List<Trial> own, ToDoubleFunction<Trial> of) {
        return own.stream().mapToDouble(of).average().orElseThrow();
    }

    private static String text(Paired p) {
        return String.format(Locale.ROOT, "%+.4f [%+.4f, %+.4f]", p.mean(), p.low(), p.high());
    }

    /** The most important layers beside each rival at the same cut: below 0 they lose less. */
    public Table rivals() {
        Table table =
                Table.create(
                        "The most important layers beside their rivals: difference of held-out losses",
                        StringColumn.create("tuned"),
                        StringColumn.create("beside"),
                        StringColumn.create("difference [95 %]"),
                        StringColumn.create("the most important lose"));
        for (Row row : rows()) {
            table.stringColumn(0).append(row.arm());
            table.stringColumn(1).append(row.beside());
            table.stringColumn(2).append(text(row.difference()));
            Paired p = row.difference();
            boolean one = comparison.settings().seeds().size() == 1;
            String which =
                    one
                            ? "one seed only"
                            : p.high() < 0 ? "less" : p.low() > 0 ? "more" : "not told apart";
            table.stringColumn(3).append(which);
        }
        return table;
    }

    private List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Trial ila : trials) {
            Arm arm = ila.arm();
            if (arm.kind().equals(Arm.ILA) && ila.seed() == trials.get(0).seed()) {
                for (String group : groups()) {
                    Arm other = of(group).get(0).arm();
                    boolean sameCut = other.cut().equals(arm.cut()) && !group.equals(arm.group());
                    if (sameCut || other.kind().equals(Arm.LISA)) {
                        rows.add(new Row(arm.group(), group, beside(arm.group(), group)));
                    }
                }
            }
        }
        return rows;
    }

    /** A row for each choice of layers: accuracies, the mean over its runs. */
    public Table accuracies() {
        Map<String, List<Trial>> byGroup = new LinkedHashMap<>();
        groups().forEach(g -> byGroup.put(g, of(g)));
        return Accuracies.of(byGroup);
    }

    /**
     * Writes {@code report.html}, {@code compare.json}, {@code arms.csv}, {@code rivals.csv} and
     * {@code compare.png}.
     *
     * @param command that makes it again
     * @return what a terminal shows of it
     */
    public String write(String command) {
        Path directory = comparison.directory();
        List<Table> tables = new ArrayList<>(List.of(arms(), rivals()));
        if (!trials.get(0).judged().isEmpty()) {
            tables.add(accuracies());
        }
        Map<String, Paired> differences = new LinkedHashMap<>();
        groups().stream()
                .filter(g -> !g.equals(Arm.ALL))
                .forEach(g -> differences.put(g, beside(g, Arm.ALL)));
        AtomicFiles.write(directory.resolve("arms.csv"), arms().write().toString("csv"));
        AtomicFiles.write(directory.resolve("rivals.csv"), rivals().write().toString("csv"));
        AtomicFiles.write(
                directory.resolve("compare.png"), SmallPng.of(Intervals.chart(differences)));
        Json.write(directory.resolve("compare.json"), json(differences));
        List<String> notes = CompareNotes.of(comparison, trials);
        Page page = new Page("Selective fine-tuning compared").command(command).list(notes);
        tables.forEach(page::table);
        page.picture("held-out loss, difference from all layers", Intervals.chart(differences));
        page.heading("Data and model").list(CompareNotes.data(inputs()));
        Path report = directory.resolve("report.html");
        page.write(report);
        StringBuilder text = new StringBuilder();
        tables.forEach(t -> text.append(Tables.text(t)).append('\n'));
        notes.forEach(n -> text.append(n).append('\n'));
        return text.append("\nReport: ").append(report).append('\n').toString();
    }

    /** What the first run followed from; the others have other seeds and layers. */
    private Provenance.Inputs inputs() {
        Path first =
                comparison
                        .directory()
                        .resolve("runs/search-" + comparison.settings().seeds().get(0));
        return Json.read(first.resolve("result.json"), Result.class).provenance().inputs();
    }

    private Map<String, Object> json(Map<String, Paired> differences) {
        Map<String, Object> all = new LinkedHashMap<>();
        int threads = comparison.settings().base().compute().threads();
        all.put("host", Host.current(threads, Map.of("pytorch", Torch.version())));
        all.put("inputs", inputs());
        all.put("differenceFromAll", differences);
        all.put("beside", rows());
        List<Map<String, Object>> each = new ArrayList<>();
        for (Trial t : trials) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("tuned", t.arm().name());
            one.put("seed", t.seed());
            one.put("rate", t.rate());
            one.put("layers", t.arm().atOnce());
            one.put("numbers", t.numbers());
            one.put("heldOutLoss", t.heldOut().mean());
            one.put("secondsAStep", t.cost().secondsAStep());
            t.cost().peak().ifPresent(p -> one.put("bytesAtPeak", p));
            one.put("bytesByCount", t.cost().counted());
            t.judged()
                    .forEach(
                            (task, judged) ->
                                    one.put(task.key(), Accuracy.of(judged, Judged::right)));
            each.add(one);
        }
        all.put("runs", each);
        return all;
    }
}

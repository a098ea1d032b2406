package dev.ila.view;

import dev.ila.rank.Comparison;
import dev.ila.rank.Contrast;
import dev.ila.rank.Measure;
import dev.ila.rank.Ranking;
import dev.ila.run.AtomicFiles;
import dev.ila.search.Differences;
import dev.ila.search.Result;
import dev.ila.study.Studies;
import dev.ila.study.Study;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** A study as one page that needs nothing else, and as tables. */
public final class StudyReport {
    /** Metrics that count something, by the names of their columns. */
    private static final List<List<String>> COUNTS =
            List.of(
                    List.of("data.examples", "examples"),
                    List.of("stage1.steps", "steps"),
                    List.of("stage1.stable_at_step", "stable at"));

    private static final List<List<String>> NUMBERS =
            List.of(
                    List.of("stage1.first_held_out_loss", "held out, first"),
                    List.of("stage1.last_held_out_loss", "held out, last"),
                    List.of("spearman_with_gain", "Spearman with gradient"));

    private StudyReport() {}

    /** A row for each run: how stage 1 went and how its ranking correlates with the gradient's. */
    public static Table runs(Map<Study.Run, Result> results) {
        List<Study.Run> runs = List.copyOf(results.keySet());
        Table table =
                Table.create(
                        "What was run",
                        StringColumn.create("run", runs.stream().map(Study.Run::name)));
        for (String factor : List.of("model", "data", "settings")) {
            table.addColumns(
                    StringColumn.create(factor, runs.stream().map(r -> r.factors().get(factor))));
        }
        table.addColumns(
                StringColumn.create(
                        "seed", runs.stream().map(r -> String.valueOf(r.settings().seed()))));
        for (List<String> count : COUNTS) {
            IntColumn column = IntColumn.create(count.get(1));
            metric(results, count.get(0), v -> column.append(v.intValue()), column::appendMissing);
            table.addColumns(column);
        }
        for (List<String> number : NUMBERS) {
            DoubleColumn column = DoubleColumn.create(number.get(1));
            metric(results, number.get(0), column::append, column::appendMissing);
            table.addColumns(column);
        }
        return table;
    }

    private static void metric(
            Map<Study.Run, Result> results, String name, Consumer<Double> there, Runnable missing) {
        for (Result result : results.values()) {
            Optional.ofNullable(result.findings().metrics().get(name))
                    .ifPresentOrElse(there, missing);
        }
    }

    /** What the results were made from and on, each value with the runs' names if they differ. */
    public static Table provenance(Map<Study.Run, Result> results) {
        Map<String, Map<String, TreeSet<String>>> values = new TreeMap<>();
        results.forEach(
                (run, result) ->
                        values(result)
                                .forEach(
                                        (name, value) ->
                                                values.computeIfAbsent(name, n -> new TreeMap<>())
                                                        .computeIfAbsent(
                                                                value, v -> new TreeSet<>())
                                                        .add(run.name())));
        List<String> names = new ArrayList<>();
        List<String> contents = new ArrayList<>();
        List<String> runs = new ArrayList<>();
        values.forEach(
                (name, byValue) ->
                        byValue.forEach(
                                (value, of) -> {
                                    names.add(name);
                                    contents.add(value);
                                    boolean all = of.size() == results.size();
                                    runs.add(all ? "all" : String.join(" ", of));
                                }));
        return Table.create(
                "Provenance",
                StringColumn.create("what", names.stream()),
                StringColumn.create("value", contents.stream()),
                StringColumn.create("runs", runs.stream()));
    }

    private static Map<String, String> values(Result result) {
        Map<String, String> values = Differences.provenance(result);
        // The runs' table has the seed; files are told by their hashes, paths are one machine's
        // own.
        values.keySet().removeAll(Set.of("settings seed", "settings model", "settings data.files"));
        return values;
    }

    /**
     * Writes {@code report.html}, {@code runs.csv}, {@code milestones.csv} if there are some, and
     * below {@code overlap/} what {@code ila-overlap} writes.
     *
     * @param title of the page
     * @param command that makes it again
     * @return what a terminal shows of it
     */
    public static String write(
            Studies studies, Comparison.Settings settings, String title, String command) {
        Map<Study.Run, Result> results = studies.results();
        Comparison comparison = studies.comparison(settings);
        ComparisonSummary summary = new ComparisonSummary(comparison, List.of());
        Path directory = studies.directory();
        summary.write(directory.resolve("overlap"));
        Table runs = runs(results);
        keep(runs, directory.resolve("runs.csv"));
        List<Table> tables = new ArrayList<>(summary.screens());
        Map<String, Map<String, List<Contrast>>> milestones = studies.milestones(settings);
        if (!milestones.isEmpty()) {
            List<Contrast> ends = summary.contrasts();
            Set<String> all = ends.stream().map(Contrast::measure).collect(Collectors.toSet());
            keep(
                    ContrastTables.milestones(milestones, ends, all),
                    directory.resolve("milestones.csv"));
            // For a person the first cut and the whole order are enough.
            Set<String> two = Set.of(ends.get(0).measure(), Measure.spearman().name());
            tables.add(1, ContrastTables.milestones(milestones, ends, two));
        }
        Page page = new Page(title).command(command).heading("Runs").table(runs);
        page.heading("Are the important layers the same?").list(summary.verdicts());
        tables.forEach(page::table);
        double share = settings.cuts().get(0);
        byCell(comparison)
                .forEach(
                        (name, of) -> page.picture(name, StudyPictures.important(name, of, share)));
        List<Contrast> all = summary.contrasts();
        milestones.forEach(
                (set, own) ->
                        page.picture(
                                "milestones of " + set,
                                StudyPictures.milestones(set, own, all, all.get(0).measure())));
        summary.pictures().forEach(page::picture);
        page.heading("Provenance").table(provenance(results));
        Path report = directory.resolve("report.html");
        page.write(report);
        StringBuilder text = new StringBuilder(Tables.text(runs));
        tables.forEach(t -> text.append('\n').append(Tables.text(t)));
        return text.append("\nReport: ").append(report).append('\n').toString();
    }

    /** Rankings by what tells runs apart besides the seed: their names without it. */
    private static Map<String, List<Ranking>> byCell(Comparison comparison) {
        Map<String, List<Ranking>> cells = new LinkedHashMap<>();
        comparison
                .rankings()
                .forEach(
                        (run, ranking) ->
                                cells.computeIfAbsent(
                                                run.substring(0, run.lastIndexOf('-')),
                                                n -> new ArrayList<>())
                                        .add(ranking));
        return cells;
    }

    private static void keep(Table table, Path file) {
        AtomicFiles.write(file, table.write().toString("csv"));
    }
}

package dev.ila.view;

import dev.ila.criteria.Subject;
import dev.ila.rank.Comparison;
import dev.ila.rank.RankedRun;
import dev.ila.run.AtomicFiles;
import dev.ila.run.Host;
import dev.ila.run.Json;
import dev.ila.truth.Curves;
import dev.ila.truth.Effects;
import dev.ila.truth.Findings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.knowm.xchart.internal.chartpart.IChart;
import tech.tablesaw.api.Table;

/** Ground truth of one run and the rankings beside it: tables, charts, one page. */
public final class TruthReport {
    /** Changes with the meaning of any field. */
    public static final String SCHEMA = "ila-truth/1";

    private final Findings found;
    private final TruthTables tables;
    private final ComparisonSummary agreement;
    private final Table matrix;

    /** Compares the rankings with each other, the truths among them. */
    public TruthReport(Findings found) {
        this.found = found;
        this.tables = new TruthTables(found);
        List<RankedRun> runs = new ArrayList<>();
        for (Effects e : found.effects()) {
            runs.add(RankReport.run("truth, " + e.kind().key(), e.ranking()));
        }
        found.held().forEach(h -> runs.add(RankReport.run(h.of().name(), h.of().ranking())));
        List<String> notes = new ArrayList<>();
        Comparison comparison = RankReport.compared(runs, notes);
        this.agreement = new ComparisonSummary(comparison, notes);
        this.matrix = RankReport.matrix(comparison);
    }

    /**
     * Writes {@code report.html}, {@code truth.json}, a CSV of each table, charts, and what {@code
     * ila-overlap} writes in {@code agreement/}.
     *
     * @param command that makes it again
     */
    public void write(Path directory, Subject subject, Host host, String command) {
        Map<String, Table> all = new LinkedHashMap<>();
        all.put("faithfulness", tables.faithfulness());
        all.put("costs", tables.costs());
        all.put("effects", tables.effects());
        all.put("curves", tables.curves());
        all.forEach(
                (name, table) ->
                        AtomicFiles.write(
                                directory.resolve(name + ".csv"), table.write().toString("csv")));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("schema", SCHEMA);
        json.put("run", found.run());
        json.put("findings", tables.sentences());
        json.put("splitHalf", found.halves());
        json.put("ceiling", found.ceilings());
        List<Map<String, Object>> rankings = new ArrayList<>();
        for (Findings.Held h : found.held()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("by", h.of().name());
            one.put("spearmanWithout", h.without());
            one.put("spearmanOnly", h.only());
            if (!Double.isNaN(h.area().value())) {
                one.put("area", h.area());
            }
            one.put("seconds", h.of().seconds());
            one.put("examples", h.of().read().examples());
            one.put("tokens", h.of().read().tokens());
            one.put("peakMemoryBytes", h.of().peakMemory());
            rankings.add(one);
        }
        json.put("rankings", rankings);
        json.put(
                "effects",
                Map.of(
                        "without", found.effects().get(0).effects(),
                        "only", found.effects().get(1).effects()));
        json.put(
                "randomAreas",
                found.random().stream().map(Curves::area).filter(a -> !a.isNaN()).toList());
        json.put("asked", Json.read(directory.resolve("asked.json"), Map.class));
        json.put("rivalsData", files(subject));
        json.put("host", host.finished());
        Json.write(directory.resolve("truth.json"), json);
        agreement.write(directory.resolve("agreement"));
        Map<String, IChart> pictures = TruthPictures.of(found);
        pictures.forEach(
                (name, chart) -> Charts.save(chart, directory.resolve("charts").resolve(name)));
        Page page = new Page("What layers are worth, and which ranking knows it: " + found.run());
        page.list(tables.sentences()).table(tables.faithfulness()).table(tables.costs());
        page.table(matrix);
        pictures.forEach(page::picture);
        page.table(sorted()).command(command).write(directory.resolve("report.html"));
    }

    /** Data that the rivals read, without the machine's folders. */
    private static Map<String, String> files(Subject subject) {
        Map<String, String> files = new TreeMap<>();
        subject.files().forEach((f, hash) -> files.put("" + Path.of(f).getFileName(), hash));
        return files;
    }

    private Table sorted() {
        return tables.effects().sortDescendingOn("without");
    }

    /** The result as text for a terminal. */
    public String text() {
        StringBuilder out = new StringBuilder();
        out.append(Tables.text(tables.faithfulness())).append('\n');
        out.append(Tables.text(tables.costs())).append('\n');
        out.append(Tables.text(matrix)).append('\n');
        tables.sentences().forEach(s -> out.append(s).append('\n'));
        return out.toString();
    }
}

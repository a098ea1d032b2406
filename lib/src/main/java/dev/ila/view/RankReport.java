package dev.ila.view;

import dev.ila.criteria.Costed;
import dev.ila.criteria.Subject;
import dev.ila.rank.Alignment;
import dev.ila.rank.Comparison;
import dev.ila.rank.RankedRun;
import dev.ila.rank.Ranking;
import dev.ila.run.AtomicFiles;
import dev.ila.run.Host;
import dev.ila.run.Json;
import dev.ila.run.Provenance;
import dev.ila.run.Seeds;
import dev.ila.search.Runs;
import dev.ila.torch.Torch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** What rankings by several criteria have to show: a table of costs, files, and how they agree. */
public final class RankReport {
    /** Changes with the meaning of any field. */
    public static final String SCHEMA = "ila-rank/1";

    /** The ranking of a search's run, among criteria. */
    private static final String MASK = "mask";

    private static final Comparison.Settings USUAL = Comparison.Settings.defaults();

    /** Enough for a band beside each figure, with many pairs of criteria. */
    private static final int DRAWS = 200;

    private static final int ENDS = 8;
    private static final int MEGABYTE = 1_000_000;

    private final Subject subject;
    private final List<Costed> all;
    private final Host host;
    private final List<String> notes = new ArrayList<>();
    private final Optional<ComparisonSummary> agreement;
    private final Optional<Table> matrix;

    /**
     * Compares them, and a run's ranking by its mask with them.
     *
     * @param all one or more, by different criteria
     * @param host this machine, from the beginning on
     */
    public RankReport(Subject subject, List<Costed> all, Host host) {
        this.subject = subject;
        this.all = List.copyOf(all);
        this.host = host.finished();
        List<RankedRun> runs = new ArrayList<>();
        all.forEach(c -> runs.add(run(c.by().key(), c.scored().ranking())));
        subject.given()
                .run()
                .filter(r -> Files.exists(r.resolve("scores.csv")))
                .ifPresent(r -> runs.add(run(MASK, Runs.ranking(r, notes))));
        Optional<Comparison> comparison =
                runs.size() < 2 ? Optional.empty() : Optional.of(compared(runs, notes));
        this.agreement = comparison.map(c -> new ComparisonSummary(c, notes));
        this.matrix = comparison.map(RankReport::matrix);
    }

    static RankedRun run(String name, Ranking ranking) {
        return new RankedRun(name, Map.of("criterion", name), OptionalLong.empty(), ranking);
    }

    /** Rankings of one model's layers by different criteria, compared. */
    static Comparison compared(List<RankedRun> runs, List<String> notes) {
        return Comparison.of(
                Alignment.COMMON.apply(runs, notes),
                new Comparison.Settings(USUAL.cuts(), USUAL.persistence(), DRAWS, 1));
    }

    /** How they agree, each with each. */
    static Table matrix(Comparison comparison) {
        return new ComparisonTables(comparison)
                .all()
                .get("matrix-spearman")
                .copy()
                .setName("Agreement, Spearman's ρ");
    }

    /**
     * Writes a CSV and a chart for each criterion, {@code rank.json}, and where there are two
     * rankings or more what {@code ila-overlap} writes, in {@code agreement/}.
     */
    public void write(Path directory) {
        for (Costed c : all) {
            Ranking ranking = c.scored().ranking();
            AtomicFiles.write(directory.resolve(c.by().key() + ".csv"), ranking.toCsv());
            Charts.save(Charts.ranks(ranking), directory.resolve("charts").resolve(c.by().key()));
        }
        Json.write(directory.resolve("rank.json"), json());
        agreement.ifPresent(a -> a.write(directory.resolve("agreement")));
    }

    /**
     * Writes the one ranking there is.
     *
     * @param csv its file; what {@code rank.json} has goes beside it, with {@code .json}
     */
    public void writeOne(Path csv) {
        AtomicFiles.write(csv, all.get(0).scored().ranking().toCsv());
        String name = csv.getFileName().toString().replaceFirst("\\.csv$", "") + ".json";
        Json.write(csv.resolveSibling(name), json());
    }

    private Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("schema", SCHEMA);
        json.put("notes", notes);
        List<Map<String, Object>> criteria = new ArrayList<>();
        for (Costed c : all) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("by", c.by().key());
            one.put("formula", c.by().formula());
            one.put("seconds", c.seconds());
            one.put("examples", c.scored().read().examples());
            one.put("tokens", c.scored().read().tokens());
            one.put("peakMemoryBytes", c.peakMemory());
            one.put("tiedLayers", c.scored().ranking().tied());
            one.put("values", c.scored().values());
            criteria.add(one);
        }
        json.put("criteria", criteria);
        json.put("provenance", provenance());
        return json;
    }

    private Provenance provenance() {
        Subject.Given given = subject.given();
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("model", given.model());
        settings.put("run", given.run().map(Path::toString).orElse(""));
        settings.put("data", given.data().map(d -> d.toString()).orElse(""));
        settings.put("examples", String.valueOf(given.examples()));
        settings.put("compute", given.compute().toString());
        settings.put("seed", String.valueOf(given.seed()));
        return new Provenance(
                new Provenance.Inputs(
                        Seeds.of(given.seed()),
                        settings,
                        subject.files(),
                        Map.of("weights", subject.checkpoint().sha256())),
                host);
    }

    /** This machine, now. */
    public static Host host(Subject.Given given) {
        Torch.start(given.compute().threads());
        return Host.current(given.compute().threads(), Map.of("pytorch", Torch.version()));
    }

    private Table costs() {
        StringColumn by = StringColumn.create("criterion");
        DoubleColumn seconds = DoubleColumn.create("seconds");
        LongColumn examples = LongColumn.create("conversations");
        LongColumn tokens = LongColumn.create("tokens");
        LongColumn memory = LongColumn.create("peak MB");
        IntColumn tied = IntColumn.create("tied layers");
        StringColumn formula = StringColumn.create("its values");
        for (Costed c : all) {
            by.append(c.by().key());
            seconds.append(c.seconds());
            examples.append(c.scored().read().examples());
            tokens.append(c.scored().read().tokens());
            memory.append(c.peakMemory() / MEGABYTE);
            tied.append(c.scored().ranking().tied());
            formula.append(c.by().formula());
        }
        return Table.create("What each took", by, seconds, examples, tokens, memory, tied, formula);
    }

    /** The result as text for a terminal. */
    public String text(boolean colour) {
        StringBuilder out = new StringBuilder();
        notes.forEach(n -> out.append("note: ").append(n).append('\n'));
        if (all.size() == 1) {
            Ranking r = all.get(0).scored().ranking();
            int n = Math.max(1, Math.min(ENDS, r.size() / 2));
            out.append(Tables.text(Tables.top(r, n))).append('\n');
            out.append("Rank by projection and block\n")
                    .append(Blocks.render(r, colour))
                    .append('\n');
        }
        out.append(Tables.text(costs()));
        matrix.ifPresent(m -> out.append('\n').append(Tables.text(m)));
        return out.toString();
    }
}

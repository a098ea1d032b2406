package dev.ila.view;

import dev.ila.run.AtomicFiles;
import dev.ila.run.Json;
import dev.ila.truth.PlantedTrial;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tech.tablesaw.api.Table;

/** How well planted alignments were found: tables, one page. */
public final class PlantedReport {
    private static final List<String> NOTES =
            List.of(
                    "By mask-from-0-fast and its stage 1 planted layers were found on other seeds of"
                            + " the embedded model, by which these settings were chosen; mask is the"
                            + " mask as a search learns it.",
                    "After the whole pipeline AUC is no ground truth: a fresh fine-tuning of all"
                            + " layers need not put its change where the teacher's is.",
                    "\"shuffled, mean\" is of 1,000 shuffles in each trial: 0.5 but for what is"
                            + " tied.");

    private final Map<String, Table> tables = new LinkedHashMap<>();

    /** Of one trial or more. */
    public PlantedReport(List<PlantedTrial> trials) {
        tables.put("alone-summary", PlantedTables.aloneSummary(trials));
        tables.put("alone", PlantedTables.alone(trials));
        tables.put("pipeline-summary", PlantedTables.pipelineSummary(trials));
        tables.put("pipeline", PlantedTables.pipeline(trials));
    }

    /** Writes a CSV of each table, and {@code report.html}. */
    public void write(Path directory, String command) {
        Page page = new Page("Planted alignments, and which ranking finds them");
        List<String> about = new ArrayList<>(NOTES);
        Map<?, ?> asked = Json.read(directory.resolve("asked.json"), Map.class);
        asked.forEach((what, value) -> about.add(what + ": " + value));
        page.list(about);
        tables.forEach(
                (name, table) -> {
                    AtomicFiles.write(
                            directory.resolve(name + ".csv"), table.write().toString("csv"));
                    page.table(table);
                });
        page.command(command).write(directory.resolve("report.html"));
    }

    /** The summaries as text for a terminal. */
    public String text() {
        return Tables.text(tables.get("alone-summary"))
                + '\n'
                + Tables.text(tables.get("pipeline-summary"))
                + '\n';
    }
}

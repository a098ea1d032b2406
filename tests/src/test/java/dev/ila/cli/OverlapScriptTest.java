package dev.ila.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.ila.rank.Layers;
import dev.ila.rank.Ranking;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code scripts/ila-overlap.java} as a user runs it, on scores in files. */
class OverlapScriptTest {
    @TempDir Path folder;

    @Test
    void itComparesFilesAndKeepsTablesAndCharts() throws Exception {
        Path out = folder.resolve("overlap");
        List<String> arguments = new ArrayList<>(List.of("--out=" + out, "--draws=100"));
        for (int seed = 0; seed < 4; seed++) {
            Ranking r = Ranking.of(Layers.of(6), Layers.noise(42, seed / 3));
            Path file = folder.resolve(seed + ".csv");
            Files.writeString(file, r.toCsv());
            arguments.add((seed < 2 ? "alpaca#" : "lima#") + seed + "=" + file);
        }
        String text = Script.run("ila-overlap", folder, 0, arguments.toArray(new String[0]));
        assertTrue(text.contains("\nseed         2  Jaccard at 75 %  "), text);
        assertTrue(text.contains("\ndata         4  Spearman  "), text);
        assertTrue(text.contains("among the top 32 in all 4 rankings; of unrelated"), text);
        assertTrue(text.endsWith("Run directory: " + out + "\n"), text);
        assertEquals(List.of(), text.lines().filter(l -> l.length() > 120).toList());
        for (String name :
                List.of("runs", "contrasts", "pairs", "projections", "blocks", "curve", "layers")) {
            assertTrue(Files.readAllLines(out.resolve(name + ".csv")).size() > 4, name);
        }
        List<String> square = Files.readAllLines(out.resolve("matrix-jaccard-at-75.csv"));
        assertEquals("run,alpaca#0,alpaca#1,lima#2,lima#3", square.get(0));
        String[] row = square.get(1).split(",");
        String[] column = square.get(2).split(",");
        assertEquals("alpaca#0", row[0]);
        assertEquals("1.0", row[1]);
        assertEquals(row[2], column[1]);
        JsonObject json =
                JsonParser.parseString(Files.readString(out.resolve("overlap.json")))
                        .getAsJsonObject();
        assertEquals(12, json.getAsJsonArray("contrasts").size());
        assertEquals(12, json.getAsJsonArray("findings").size());
        assertEquals(6, json.getAsJsonArray("pairs").size());
        assertEquals(42, json.getAsJsonArray("layers").size());
        for (String chart :
                List.of(
                        "jaccard-at-75",
                        "jaccard-at-10",
                        "spearman",
                        "rbo-p-0.9",
                        "curve",
                        "spread")) {
            assertTrue(Files.size(out.resolve("charts/" + chart + ".png")) > 5_000, chart);
            assertTrue(Files.size(out.resolve("charts/" + chart + ".svg")) > 5_000, chart);
        }
    }

    @Test
    void aMissingRunIsOneLine() throws Exception {
        assertEquals(
                "ila-overlap: run must be a run directory, or a CSV or JSON file, that exists, but is:"
                        + " none\n",
                Script.run("ila-overlap", folder, 2, "none", "none"));
    }
}

package dev.ila.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.ila.criteria.RunFixture;
import dev.ila.rank.Ranking;
import dev.ila.search.Delta;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code scripts/ila-rank.java} as a user runs it. */
class RankOptionsTest {
    @TempDir Path folder;

    @Test
    void oneCriterionIsAFileThatOthersRead() throws Exception {
        Path csv = folder.resolve("scores.csv");
        String text =
                Script.run("ila-rank", folder, 0, "--by=spectrum", "--threads=2", "--out=" + csv);
        assertTrue(text.contains("\nspectrum   "), text);
        assertTrue(text.endsWith("\nRanking: " + csv + "\n"), text);
        Ranking ranking = Ranking.fromCsv(csv);
        assertEquals(56, ranking.size());
        // Of each kind of projection the best one has the same score.
        assertEquals(56, ranking.tied());
        assertEquals(1 - 0.5 / 8, ranking.scores().get(6).score());
        JsonObject json = json(folder.resolve("scores.json"));
        assertEquals("ila-rank/1", json.get("schema").getAsString());
        JsonObject one = json.getAsJsonArray("criteria").get(0).getAsJsonObject();
        assertEquals("spectrum", one.get("by").getAsString());
        assertEquals(56, one.getAsJsonObject("values").size());
        assertEquals(0, one.get("tokens").getAsInt());
        assertTrue(one.get("seconds").getAsDouble() > 0, one.toString());
        JsonObject inputs = json.getAsJsonObject("provenance").getAsJsonObject("inputs");
        assertEquals(64, inputs.getAsJsonObject("model").get("weights").getAsString().length());
        String tune =
                Script.run(
                        "ila-overlap",
                        folder,
                        0,
                        "" + csv,
                        "" + csv,
                        "--draws=40",
                        "--out=" + folder.resolve("overlap"));
        assertTrue(tune.contains("scores.csv (2)"), tune);
    }

    @Test
    void allOfARunAreComparedWithItsMask() throws Exception {
        Path run = folder.resolve("run");
        RunFixture.run(run, Delta.Lora.defaults(), 4);
        Path out = folder.resolve("rank");
        String text =
                Script.run(
                        "ila-rank",
                        folder,
                        0,
                        "--by=all",
                        "--run=" + run,
                        "--examples=8",
                        "--threads=2",
                        "--out=" + out);
        List<String> names =
                List.of(
                        "random",
                        "first",
                        "last",
                        "norm",
                        "relative",
                        "kappa",
                        "spectrum",
                        "gain",
                        "fisher",
                        "influence");
        for (String name : names) {
            assertEquals(56, Ranking.fromCsv(out.resolve(name + ".csv")).size(), name);
            assertTrue(Files.size(out.resolve("charts/" + name + ".png")) > 5_000, name);
        }
        List<String> square = Files.readAllLines(out.resolve("agreement/matrix-spearman.csv"));
        assertEquals("run," + String.join(",", names) + ",mask", square.get(0));
        assertEquals(12, square.size());
        // First and last are each other's reverse.
        assertEquals(-1, Double.parseDouble(square.get(2).split(",")[3]), 1e-12);
        assertEquals(10, json(out.resolve("rank.json")).getAsJsonArray("criteria").size());
        assertTrue(text.startsWith("What each took\n"), text);
        assertTrue(text.contains("\nAgreement, Spearman's ρ\n"), text);
    }

    @Test
    void whatCannotBeRankedIsOneLine() throws Exception {
        assertEquals(
                "ila-rank: --by must be of different criteria, but is: kappa,kappa\n",
                Script.run("ila-rank", folder, 2, "--by=kappa,kappa"));
        assertEquals(
                "ila-rank: --out must be a directory for several criteria, but is: a.csv\n",
                Script.run("ila-rank", folder, 2, "--by=first,last", "--out=a.csv"));
        assertEquals(
                "ila-rank: run of norm must be one with a change of the model; give it with --run,"
                        + " but is: none\n",
                Script.run("ila-rank", folder, 2, "--by=norm"));
    }

    private static JsonObject json(Path file) throws Exception {
        return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    }
}

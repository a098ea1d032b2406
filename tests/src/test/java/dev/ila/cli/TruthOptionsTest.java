package dev.ila.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.ila.criteria.RunFixture;
import dev.ila.run.Json;
import dev.ila.search.Delta;
import dev.ila.search.SearchSettings;
import dev.ila.truth.PlantedPattern;
import dev.ila.truth.PlantedStudy;
import dev.ila.truth.PlantedTrial;
import dev.ila.truth.Separation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code scripts/ila-truth.java} as a user runs it. */
class TruthOptionsTest {
    @TempDir Path folder;

    @Test
    void layersOfARunAreTakenApartOnWhatItDidNotTrainOn() throws Exception {
        Path run = folder.resolve("run");
        RunFixture.run(run, Delta.Lora.defaults(), 6);
        Path out = folder.resolve("truth");
        String[] command = {
            "" + run,
            "--by=norm,first",
            "--masks=mask-from-0,mask-5-orders,mask-settled,mask-sparse",
            "--tokens=600",
            "--cuts=0.25,0.75",
            "--orders=2",
            "--threads=2",
            "--out=" + out
        };
        String text = Script.run("ila-truth", folder, 0, command);
        assertTrue(text.contains("\nmask   "), text);
        assertTrue(text.contains("\nmask-settled: not settled in 3 steps\n"), text);
        assertTrue(text.contains("\nmask-sparse: sparsity "), text);
        assertTrue(text.contains("2 orders by chance have areas from"), text);
        assertTrue(text.endsWith("Report: " + out.resolve("report.html") + "\n"), text);
        JsonObject json =
                JsonParser.parseString(Files.readString(out.resolve("truth.json")))
                        .getAsJsonObject();
        assertEquals("ila-truth/1", json.get("schema").getAsString());
        assertEquals(7, json.getAsJsonArray("rankings").size());
        assertEquals(2, json.getAsJsonArray("randomAreas").size());
        List<String> effects = Files.readAllLines(out.resolve("effects.csv"));
        assertEquals(57, effects.size());
        assertEquals(
                "layer,without,without error,only,only error,mask,mask-from-0,"
                        + "mask-5-orders,mask-settled,mask-sparse,norm,first",
                effects.get(0));
        List<String> curves = Files.readAllLines(out.resolve("curves.csv"));
        assertEquals(1 + 4 * (7 + 2), curves.size());
        String page = Files.readString(out.resolve("report.html"));
        assertTrue(
                page.contains("ila-truth run --by=norm,first --masks="),
                "the command that made it");
        assertTrue(page.contains("data:image/png;base64,"), "pictures");
        assertEquals(-1, page.indexOf(folder.toString()), "no place of the machine");
        assertEquals(-1, json.toString().indexOf(folder.toString()), "no place of the machine");

        // Again: nothing is measured twice, and the report is the same.
        FileTime measured = Files.getLastModifiedTime(out.resolve("losses/ablation.csv"));
        String again = Script.run("ila-truth", folder, 0, command);
        assertEquals(measured, Files.getLastModifiedTime(out.resolve("losses/ablation.csv")));
        assertEquals(effects, Files.readAllLines(out.resolve("effects.csv")));
        assertTrue(again.contains("\nmask   "), again);

        // Another question is refused before anything of it is kept.
        String other =
                Script.run(
                        "ila-truth",
                        folder,
                        2,
                        "" + run,
                        "--by=last",
                        "--tokens=300",
                        "--threads=2",
                        "--out=" + out);
        assertTrue(
                other.contains("ila-truth: what was asked in truth must be as it is asked for now"),
                other);
        assertTrue(other.contains("conversations"), other);
        assertFalse(Files.exists(out.resolve("rankings/last.csv")));
    }

    @Test
    void aStudyIsMadeAndItsRunsAreSummedUp() throws Exception {
        Path study = folder.resolve("two.json");
        Files.writeString(
                study,
                "{\"data\": {\"polite\": \"polite\"},"
                        + " \"seeds\": 2, \"settings\": {\"short\": {\"stage1.schedule.steps\": 4,"
                        + " \"stage2.steps\": 2, \"data.limit\": 70}}}");
        Path out = folder.resolve("truth");
        String text =
                Script.run(
                        "ila-truth",
                        folder,
                        0,
                        "" + study,
                        "--by=norm",
                        "--tokens=300",
                        "--cuts=0.5",
                        "--orders=1",
                        "--threads=2",
                        "--out=" + out);
        assertTrue(text.contains("mean [least, most] of the runs"), text);
        assertTrue(text.contains("polite-1"), text);
        List<String> summary = Files.readAllLines(out.resolve("summary.csv"));
        assertEquals(3, summary.size());
        assertTrue(summary.get(1).startsWith("mask,2,"), summary.toString());
        assertTrue(Files.exists(out.resolve("polite-1/report.html")));
    }

    /** Trials that are there are not made again: only the report is. */
    @Test
    void plantedTrialsAreReportedTogether() throws Exception {
        Path out = folder.resolve("planted");
        new PlantedStudy(
                        PlantedStudy.thorough(usual()),
                        List.of(PlantedPattern.BAND),
                        List.of(1L),
                        Optional.of(usual()))
                .keep(out);
        for (int seed = 1; seed <= 2; seed++) {
            PlantedTrial trial =
                    new PlantedTrial(
                            PlantedPattern.BAND,
                            seed,
                            21,
                            20,
                            35,
                            4,
                            1.75,
                            Map.of(PlantedTrial.MASK, new Separation(0.9 + 0.05 * seed, 0.5)),
                            Map.of(PlantedTrial.MASK, new Separation(0.5, 0.25)),
                            1);
            Json.write(out.resolve("trials/band-" + seed + ".json"), trial);
        }
        String text =
                Script.run("ila-truth", folder, 0, "--planted=band", "--seeds=2", "--out=" + out);
        assertTrue(text.contains("mask-from-0-fast  all           2    0.9750     0.9500"), text);
        assertEquals(3, Files.readAllLines(out.resolve("alone.csv")).size());
        assertTrue(Files.readString(out.resolve("report.html")).contains("ila-truth --planted"));
        String wrong = Script.run("ila-truth", folder, 2, "--planted=diagonal", "--out=" + out);
        assertTrue(
                wrong.endsWith(
                        "ila-truth: --planted must be of scattered, band, kinds, but is: diagonal\n"),
                wrong);
        String other =
                Script.run(
                        "ila-truth",
                        folder,
                        2,
                        "--planted=band",
                        "--precision=bf16",
                        "--out=" + out);
        assertTrue(
                other.contains("; name another directory with --out, but is: precision F32"),
                other);
        assertEquals(
                "ila-truth: --by must be left out with --planted, but is: given\n",
                Script.run("ila-truth", folder, 2, "--planted=band", "--by=norm"));
        assertEquals(
                "ila-truth: RUN must be given, or --planted, and not both, but is: []\n",
                Script.run("ila-truth", folder, 2));
    }

    private static SearchSettings usual() {
        return SearchSettings.embedded();
    }

    @Test
    void wrongInputIsALine() throws Exception {
        assertEquals(
                "ila-truth: run must be a run's directory, or a study, but is: nowhere\n",
                Script.run("ila-truth", folder, 2, "nowhere"));
    }
}

package dev.ila.notebooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What holds for the notebooks as they are kept; no Python is needed to see it. */
class NotebookFilesTest {
    static final List<String> NAMES =
            List.of(
                    "00-quick-tour.ipynb",
                    "01-lora-setup.ipynb",
                    "02-mask-training.ipynb",
                    "03-importance-ranking.ipynb",
                    "04-overlap-analysis.ipynb",
                    "05-selective-fine-tuning.ipynb",
                    "06-your-own-model.ipynb");

    private static final int BYTES = 200_000;
    private static final Path FOLDER = Lab.ROOT.resolve("notebooks");

    @Test
    void theNotebooksAreThese() throws Exception {
        try (var files = Files.list(FOLDER)) {
            assertEquals(
                    NAMES,
                    files.map(f -> f.getFileName().toString())
                            .filter(f -> f.endsWith(".ipynb"))
                            .sorted()
                            .toList());
        }
    }

    @Test
    void eachIsSmallAndKeptWithItsOutputs() throws Exception {
        for (String name : NAMES) {
            assertTrue(Files.size(FOLDER.resolve(name)) < BYTES, name + " must be below 200 kB");
            int outputs = 0;
            for (JsonObject cell : code(name)) {
                for (JsonElement output : cell.getAsJsonArray("outputs")) {
                    String type = output.getAsJsonObject().get("output_type").getAsString();
                    assertTrue(!type.equals("error"), name + " must be kept without an error");
                    outputs++;
                }
            }
            assertTrue(outputs > 5, name + " must be kept with its outputs, but has " + outputs);
        }
    }

    @Test
    void eachBeginsTheSameAndEndsWithWhatWasSeenAndExercises() throws Exception {
        for (String name : NAMES) {
            assertEquals("%load ila.jshell", source(code(name).get(0)), name);
            List<String> words = words(name);
            assertTrue(words.get(0).startsWith("# "), name + " must begin with a title");
            String end = words.get(words.size() - 1);
            String all = String.join("\n", words);
            assertTrue(all.contains("## What we saw"), name);
            assertTrue(end.contains("## Exercises"), name);
            assertEquals(3, end.lines().filter(l -> l.matches("\\d\\. .*")).count(), name);
            assertEquals(3, end.split("\\*\\(", -1).length - 1, name + ": each has an answer");
        }
    }

    @Test
    void cellsAreShortAndClaimsAreChecked() throws Exception {
        for (String name : NAMES) {
            List<Integer> lengths = new ArrayList<>();
            int checks = 0;
            for (JsonObject cell : code(name)) {
                String source = source(cell);
                lengths.add((int) source.lines().count());
                checks += source.contains("check(") ? 1 : 0;
            }
            lengths.sort(null);
            assertTrue(lengths.get(lengths.size() - 1) <= 20, name + ": " + lengths);
            assertTrue(lengths.get(lengths.size() / 2) <= 5, name + ": " + lengths);
            assertTrue(checks >= 1, name + " must check what it claims");
        }
    }

    /** One version fact: the pom's. */
    @Test
    void theFirstCellTakesThePomsVersion() throws Exception {
        String pom = Files.readString(Lab.ROOT.resolve("pom.xml"));
        String version = pom.split("<version>")[1].split("</version>")[0];
        String start = Files.readString(FOLDER.resolve("ila.jshell"));
        assertTrue(start.contains("String ilaVersion = \"" + version + "\";"), version);
    }

    @Test
    void withoutPythonTheRemedyIsSaid() throws Exception {
        Lab.Said said = Lab.run(Map.of("PYTHON", "no-such-python"), "check");
        assertEquals(1, said.code());
        assertEquals(
                "notebooks/lab: no-such-python must be Python 3.10 or newer with its module venv,"
                        + " but is not: install it or set PYTHON\n",
                said.text());
    }

    private static List<JsonObject> cells(String name) throws Exception {
        JsonArray cells =
                JsonParser.parseString(Files.readString(FOLDER.resolve(name)))
                        .getAsJsonObject()
                        .getAsJsonArray("cells");
        List<JsonObject> out = new ArrayList<>();
        cells.forEach(c -> out.add(c.getAsJsonObject()));
        return out;
    }

    private static List<JsonObject> code(String name) throws Exception {
        return cells(name).stream()
                .filter(c -> c.get("cell_type").getAsString().equals("code"))
                .toList();
    }

    private static List<String> words(String name) throws Exception {
        return cells(name).stream()
                .filter(c -> c.get("cell_type").getAsString().equals("markdown"))
                .map(NotebookFilesTest::source)
                .toList();
    }

    private static String source(JsonObject cell) {
        JsonElement source = cell.get("source");
        if (!source.isJsonArray()) {
            return source.getAsString();
        }
        StringBuilder text = new StringBuilder();
        source.getAsJsonArray().forEach(line -> text.append(line.getAsString()));
        return text.toString();
    }
}

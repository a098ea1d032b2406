package dev.ila.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.ila.model.LinearLayer;
import dev.ila.rank.Ranking;
import dev.ila.search.Delta;
import dev.ila.search.Runs;
import dev.ila.search.Search;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** A whole comparison on the embedded model, in few steps. */
class CompareOptionsTest {
    @TempDir Path folder;

    private final List<String> made = new ArrayList<>();

    @Test
    void everyChoiceOfLayersIsTunedAndReported() throws Exception {
        Path arc = folder.resolve("arc.jsonl");
        Files.writeString(
                arc,
                "{\"question\": \"Which?\", \"choices\": {\"text\": [\"This\", \"That\"], \"label\":"
                        + " [\"A\", \"B\"]}, \"answerKey\": \"B\"}\n");
        String said = compare("--rates=1e-3,5e-3", "--task=arc=" + arc);
        List<String> asked = made.stream().filter(n -> n.contains(": ")).toList();
        assertEquals(2 * 10 + 2 + 11, asked.size(), asked.toString());
        made.removeAll(asked);
        assertEquals("search-1", made.get(0));
        // The search's first stage is that of all layers, at the rate of both.
        assertEquals(
                List.of("all-1-0.005"), made.stream().filter(n -> n.startsWith("all")).toList());
        assertEquals(2 + 2 * 10, made.size());
        assertTrue(made.contains("lisa-1-1.0E-4"), made.toString());
        for (String group :
                List.of("all", "ila 30 %", "random by kind 30 %", "last, numbers 30 %")) {
            assertTrue(said.contains("\n" + group + " "), said);
        }
        assertTrue(said.contains("least held-out loss at seed 1, whose figures it favours."), said);
        assertTrue(said.contains("At the edge of the rates tried"), said);
        assertTrue(said.contains("arc (1, chance 0.500) norm"), said);
        JsonObject json =
                JsonParser.parseString(Files.readString(folder.resolve("c/compare.json")))
                        .getAsJsonObject();
        assertEquals(11, json.getAsJsonArray("runs").size());
        assertEquals(9, json.getAsJsonArray("beside").size());
        double all = loss(json, "all");
        for (JsonElement run : json.getAsJsonArray("runs")) {
            JsonObject of = run.getAsJsonObject();
            assertTrue(of.get("bytesAtPeak").getAsLong() > 100_000_000, of.toString());
            String group = of.get("tuned").getAsString().replaceAll("(%) \\d$", "$1");
            if (!group.equals("all")) {
                double difference =
                        json.getAsJsonObject("differenceFromAll")
                                .getAsJsonObject(group)
                                .get("mean")
                                .getAsDouble();
                assertEquals(of.get("heldOutLoss").getAsDouble() - all, difference, 1e-9);
            }
        }
        String page = Files.readString(folder.resolve("c/report.html"));
        assertTrue(page.contains("data:image/png"));
        JsonObject data = json.getAsJsonObject("inputs").getAsJsonObject("data");
        data.entrySet()
                .forEach(
                        e -> {
                            String file = Path.of(e.getKey()).getFileName().toString();
                            String hash = e.getValue().getAsString();
                            assertTrue(page.contains("data " + file + ": SHA-256 " + hash), page);
                        });
        assertEquals(1, data.size());
        assertTrue(said.contains("\"GB at the peak\": resident memory"), said);
        // What was measured is kept with its run.
        assertTrue(Files.exists(folder.resolve("c/runs/ila-30-1-0.001/memory.json")));
        // Each had its steps, whatever the held-out loss did, and no other layer was changed.
        Path run = folder.resolve("c/runs/ila-30-1-0.001");
        assertEquals(13, Files.readAllLines(run.resolve("history.csv")).size());
        assertEquals(1, Runs.settings(run).lastStage());
        made.clear();
        assertEquals(said, compare("--rates=1e-3,5e-3", "--task=arc=" + arc));
        assertEquals(List.of(), made);
    }

    /** A rate that diverges is none; other questions in the same file are asked anew. */
    @Test
    void whatDivergesIsLeftOutAndWhatHasChangedIsAskedAgain() throws Exception {
        Path arc = folder.resolve("arc.jsonl");
        String question =
                "{\"question\": \"Which?\", \"choices\": {\"text\": [\"This\", \"That\"], \"label\":"
                        + " [\"A\", \"B\"]}, \"answerKey\": \"%s\"}\n";
        Files.writeString(arc, question.formatted("A"));
        String said = compare("--rates=1e-3,1e30", "--task=arc=" + arc, "--clip=0");
        assertTrue(Files.exists(folder.resolve("c/runs/first-30-1-1.0E30-diverged.txt")), said);
        made.clear();
        Files.writeString(arc, question.formatted("B"));
        compare("--rates=1e-3,1e30", "--task=arc=" + arc, "--clip=0");
        assertEquals(11, made.size(), made.toString());
        assertTrue(made.stream().allMatch(n -> n.endsWith(": arc")), made.toString());
    }

    /** What LISA cannot train is compared without it, and the report says why. */
    @Test
    void lisaMayBeLeftOut() {
        String said = compare("--lisa-blocks=9", "--lisa-rates=1e-5,1e-4", "--steps=4");
        assertTrue(
                said.contains(
                        "LISA is left out: blocks at a time must be at most the 8 of the model,"
                                + " but is: 9."),
                said);
        assertFalse(said.contains("LISA's learning rate"), said);
        assertTrue(made.stream().noneMatch(n -> n.startsWith("lisa")), made.toString());
        assertFalse(compare("--lisa-blocks=0", "--steps=4").contains("LISA"));
    }

    /** The top of another ranking of the same change stands beside the mask's. */
    @Test
    void rivalsByOtherCriteriaAreTunedToo() throws Exception {
        String said = compare("--lisa-blocks=0", "--steps=4", "--by=norm,gain", "--sparsity=0.3");
        assertTrue(made.containsAll(List.of("norm-30-1", "gain-30-1")), made.toString());
        assertTrue(said.contains("\nnorm 30 % "), said);
        assertTrue(
                said.contains(
                        "\"norm\", \"gain\": the first layers by these rankings of the same model"),
                said);
        assertTrue(said.contains("The mask was learned with sparsity 0.3."), said);
        Path c = folder.resolve("c");
        assertEquals(0.3, Runs.settings(c.resolve("runs/search-1")).stage2().sparsity());
        Ranking norm = Ranking.fromCsv(c.resolve("runs/search-1/rankings/norm.csv"));
        Set<String> top =
                norm.top(norm.count(0.3)).stream()
                        .map(LinearLayer::name)
                        .collect(Collectors.toSet());
        Delta.Lora tuned = (Delta.Lora) Runs.settings(c.resolve("runs/norm-30-1")).delta();
        assertEquals(top, Set.copyOf(tuned.targets()));
        made.clear();
        assertEquals(
                said, compare("--lisa-blocks=0", "--steps=4", "--by=norm,gain", "--sparsity=0.3"));
        assertEquals(List.of(), made);
    }

    private static double loss(JsonObject json, String tuned) {
        for (JsonElement run : json.getAsJsonArray("runs")) {
            if (run.getAsJsonObject().get("tuned").getAsString().equals(tuned)) {
                return run.getAsJsonObject().get("heldOutLoss").getAsDouble();
            }
        }
        throw new AssertionError(tuned + " must be there");
    }

    @Test
    void whatCannotBeComparedIsRefused() {
        refused("--seeds must be 1 or more, but is: 0", "--seeds=0");
        refused(
                "criterion of a rival must be another one: layers by chance, the first and the last"
                        + " are compared anyway, and AdaLoRA's ranks are of another fine-tuning, but"
                        + " is: first",
                "--by=norm,first");
        refused("criterion of a rival must be named once, but is: norm", "--by=norm,norm");
        refused("--draws must be 1 or more, but is: 0", "--draws=0");
        refused("test must be one of mmlu, hellaswag, arc, truthfulqa, but is: x", "--task=x=y");
        refused(
                "--resample must be left out: every choice of layers takes all --steps, by LoRA or"
                        + " --full, but is: given",
                "--resample=3");
        refused(
                "--lisa must be left out: LISA is among the rivals, with --lisa-blocks and"
                        + " --lisa-rates, but is: given",
                "--lisa=3");
        refused("cuts must be apart by 0.001 or more, but is: [0.3, 0.3004]", "--cuts=0.3,0.3004");
        refused("steps must be 2 or more, but is: 1", "--steps=1");
        assertFalse(Files.exists(folder.resolve("c")));
    }

    private void refused(String message, String... arguments) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> compare(arguments))
                        .getMessage());
    }

    @Command
    private static final class Comparing {
        @Mixin private CompareOptions options;
    }

    private String compare(String... arguments) {
        Comparing comparing = new Comparing();
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "--threads=2",
                                "--limit=60",
                                "--held-out=12",
                                "--batch-size=4",
                                "--mask-steps=3",
                                "--out=" + folder.resolve("c")));
        for (String usual :
                List.of("--cuts=0.3", "--seeds=1", "--draws=1", "--rate=1e-3", "--steps=12")) {
            String name = usual.split("=")[0];
            if (List.of(arguments).stream().noneMatch(a -> a.startsWith(name + "="))) {
                all.add(usual);
            }
        }
        all.addAll(List.of(arguments));
        new CommandLine(comparing).parseArgs(all.toArray(String[]::new));
        return comparing.options.compare(
                name -> {
                    made.add(name);
                    return new Search.Observer() {};
                });
    }
}

package dev.ila.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.ila.run.RunDirectory;
import dev.ila.search.Search;
import dev.ila.search.SearchSettings;
import dev.ila.torch.Compute;
import dev.ila.torch.Precision;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What {@code ila-eval} asks, keeps and says. */
class EvalOptionsTest {
    @TempDir Path folder;

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    @Test
    void aRunIsAskedForItsHeldOutConversations() throws Exception {
        SearchSettings usual = SearchSettings.embedded();
        SearchSettings settings =
                usual.with(usual.data().withBatchSize(4).withLimit(80))
                        .with(new Compute("cpu", Precision.F32, 2, false))
                        .withSteps(10, 2);
        Path run = folder.resolve("run");
        try (RunDirectory directory = RunDirectory.create(run)) {
            Search.start(settings, directory, new Search.Observer() {});
        }
        String said = ask("--change=" + run, "--out=" + folder.resolve("a"));
        JsonObject heldOut = json("a").getAsJsonObject("loss");
        String history = Files.readString(run.resolve("history.csv"));
        String last = history.lines().filter(l -> l.startsWith("1,10,")).findFirst().orElseThrow();
        assertEquals(48, heldOut.get("conversations").getAsInt());
        assertEquals(
                Double.parseDouble(last.split(",")[6]), heldOut.get("loss").getAsDouble(), 1e-6);
        assertTrue(said.startsWith("Loss "), said);
        assertTrue(said.contains("supervised tokens of 48 conversations."), said);
        assertEquals(49, Files.readAllLines(folder.resolve("a/held-out.csv")).size());
        // The file that it was trained on is none to be held out, and it says so.
        said = ask("--change=" + run, "--data=polite", "--out=" + folder.resolve("e"));
        assertTrue(said.contains("The run was trained on these files, all but what it held"), said);
        Path text = run.resolve("run.json");
        Files.writeString(text, Files.readString(text).replaceAll("(polite.json\": \")..", "$100"));
        assertTrue(
                assertThrows(
                                IllegalArgumentException.class,
                                () -> ask("--change=" + run, "--out=" + folder.resolve("f")))
                        .getMessage()
                        .contains(" must be as the run had it, "));
        // The adapter alone needs to be told of the data, and adds the same change.
        ask(
                "--change=" + run.resolve("adapter"),
                "--data=polite",
                "--limit=20",
                "--out=" + folder.resolve("b"));
        ask("--data=polite", "--limit=20", "--out=" + folder.resolve("c"));
        assertTrue(loss("b") < loss("c"));
        assertEquals(20, json("b").getAsJsonObject("loss").get("conversations").getAsInt());
    }

    @Test
    void tasksAndQuestionsAreKeptItemByItem() throws Exception {
        Path arc = folder.resolve("arc.jsonl");
        Files.writeString(
                arc,
                "{\"question\": \"Which?\", \"choices\": {\"text\": [\"This\", \"That one\"], \"label\":"
                        + " [\"A\", \"B\"]}, \"answerKey\": \"B\"}\n");
        Path questions = folder.resolve("question.jsonl");
        Files.writeString(
                questions,
                "{\"question_id\": 1, \"turns\": [\"How heavy is it?\", \"And now?\"]}\n");
        String said =
                ask(
                        "--task=arc=" + arc,
                        "--questions=" + questions,
                        "--answer-tokens=8",
                        "--out=" + folder.resolve("d"));
        assertTrue(said.contains("\narc   acc               1"), said);
        assertTrue(said.contains("\narc   acc_norm          1"), said);
        List<String> items = Files.readAllLines(folder.resolve("d/arc.csv"));
        assertEquals("question,hash,group,answer,acc,acc_norm,loglikelihoods", items.get(0));
        assertTrue(
                items.get(1).matches("1,[0-9a-f]{12},,1,[01],[01],-[\\d.]+ -[\\d.]+"),
                items.get(1));
        JsonObject answer =
                JsonParser.parseString(Files.readString(folder.resolve("d/answers.jsonl")))
                        .getAsJsonObject();
        assertEquals("d", answer.get("model_id").getAsString());
        assertTrue(shown.toString().contains("answers: 2 of 2"), shown.toString());
        assertEquals(
                0.5,
                json("d")
                        .getAsJsonObject("arc")
                        .getAsJsonObject("acc")
                        .get("chance")
                        .getAsDouble());
    }

    @Test
    void whatCannotBeAskedIsRefusedBeforeAnythingIsMade() {
        refused(
                "what is asked must be given, but is: nothing; give --data, --task, --questions, or"
                        + " --change with a run");
        refused(
                "test must be one of mmlu, hellaswag, arc, truthfulqa, but is: gsm8k",
                "--task=gsm8k=x");
        refused(
                "--task arc must be given once; ask again for another file, but is: twice",
                "--task=arc=x",
                "--task=ARC=y");
        refused(
                "--task must be NAME=PATH, as arc=ARC-Challenge-Test.jsonl, but is: arc",
                "--task=arc");
        refused("--task-limit must be 1 or more, but is: 0", "--task=arc=x", "--task-limit=0");
        refused("--answer-tokens must be 1 or more, but is: 0", "--answer-tokens=0");
        refused(
                "--tokens-at-once must be 1 or more, but is: 0",
                "--tokens-at-once=0",
                "--data=polite");
        refused("--limit must be given with --data, but is: without", "--limit=3");
        refused("arc must be a file or directory that exists, but is: x", "--task=arc=x");
        refused(
                "run must be one that has learned a change, but is: " + folder,
                "--change=" + folder,
                "--data=polite",
                "--limit=2");
    }

    private void refused(String message, String... arguments) {
        Exception e = assertThrows(IllegalArgumentException.class, () -> ask(arguments));
        assertEquals(message, e.getMessage());
    }

    private double loss(String name) throws Exception {
        return json(name).getAsJsonObject("loss").get("loss").getAsDouble();
    }

    private JsonObject json(String name) throws Exception {
        String text = Files.readString(folder.resolve(name).resolve("eval.json"));
        return JsonParser.parseString(text).getAsJsonObject();
    }

    @Command
    private static final class Evaluation {
        @Mixin private EvalOptions options;
    }

    private String ask(String... arguments) {
        Evaluation evaluation = new Evaluation();
        String[] all = new String[arguments.length + 1];
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        all[0] = "--threads=2";
        new CommandLine(evaluation).parseArgs(all);
        try (Progress progress = Progress.of(new PrintStream(shown, true), false)) {
            return evaluation.options.evaluate(progress);
        }
    }
}

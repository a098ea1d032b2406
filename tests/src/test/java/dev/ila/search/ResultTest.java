package dev.ila.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.ila.data.Demo;
import dev.ila.model.LinearLayer;
import dev.ila.rank.Ranking;
import dev.ila.run.Host;
import dev.ila.run.Json;
import dev.ila.run.Provenance;
import dev.ila.run.RunDirectory;
import dev.ila.run.Seeds;
import dev.ila.torch.Compute;
import dev.ila.torch.Precision;
import dev.ila.train.Schedule;
import dev.ila.train.Stability;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code result.json}: its fields, its page, and that equal runs give equal findings. */
class ResultTest {
    @TempDir Path folder;

    private static SearchSettings settings(Path demo, int lastStage, Delta delta) {
        return new SearchSettings(
                demo.toString(),
                new SearchSettings.Data(
                        List.of(demo.resolve("terse.json").toString()),
                        "",
                        Map.of(),
                        256,
                        40,
                        4,
                        2,
                        2),
                delta,
                new Compute("cpu", Precision.F32, 2, false),
                3,
                new FineTuning(
                        new Schedule(5e-3, 0, Schedule.Shape.CONSTANT, 4),
                        0,
                        1,
                        2,
                        Stability.defaults()),
                new Ila.MaskSettings(4, 0.01, 3, 0),
                lastStage);
    }

    private Outcome run(String name, SearchSettings settings) {
        try (RunDirectory run = RunDirectory.create(folder.resolve(name))) {
            return Search.start(settings, run, new Search.Observer() {});
        }
    }

    @Test
    void equalRunsHaveEqualFindingsAndTheFieldsThatThePageSays() throws Exception {
        Path demo = Demo.extract(folder);
        Delta lora = new Delta.Lora(2, 4, List.of("all-linear"));
        SearchSettings two = settings(demo, 2, lora);
        two = two.with(two.stage2().with(List.of(0.0, 1.0)));
        Outcome a = run("a", two);
        run("b", two);
        Path first = folder.resolve("a");
        assertEquals(Results.repeatable(first), Results.repeatable(folder.resolve("b")));
        JsonObject json = Results.read(first);
        assertEquals("ila-search/1", json.get("schema").getAsString());
        assertEquals(
                a.result().findings(),
                Json.read(first.resolve("result.json"), Result.class).findings());
        Ranking again = a.result().findings().ranking(layers(a));
        assertEquals(Files.readString(first.resolve("scores.csv")), again.toCsv());
        assertEquals(documented("findings.metrics"), new TreeSet<>(metrics(a)));
        assertFalse(Files.exists(first.resolve("checkpoint")));
        assertEquals(
                List.of("adapter", "history.csv", "result.json", "run.json", "scores.csv"),
                names(first));
    }

    /** All metrics but the one that a run of four steps cannot have. */
    private static Set<String> metrics(Outcome outcome) {
        Set<String> names = new TreeSet<>(outcome.result().findings().metrics().keySet());
        names.add("stage1.stable_at_step");
        return names;
    }

    private static List<LinearLayer> layers(Outcome outcome) {
        return outcome.ranking().orElseThrow().byIndex().stream().map(s -> s.layer()).toList();
    }

    @Test
    void stage1AloneHasNoScores() {
        Path demo = Demo.extract(folder);
        Delta lora = new Delta.Lora(2, 4, List.of("q_proj"));
        Outcome one = run("one", settings(demo, 1, lora));
        assertEquals(List.of(), one.result().findings().scores());
        assertTrue(one.ranking().isEmpty());
        assertFalse(Files.exists(folder.resolve("one/scores.csv")));
        assertEquals(
                List.of(
                        "Stage 1 ended at its cap of 4 steps and was not stable (the mean held-out"
                                + " loss of 3 evaluations differs by less than 0.01 nats from that"
                                + " of the 3 before): ranks mean less."),
                one.result().findings().notes());
        Path adapter = folder.resolve("one/adapter");
        Outcome two = run("two", settings(demo, 2, new Delta.Adapter("" + adapter)));
        assertEquals(8, two.ranking().orElseThrow().size());
        assertEquals(
                List.of("Stage 1 was not run: the change existed already."),
                two.result().findings().notes());
    }

    @Test
    void thePageHasEveryField() throws Exception {
        String page = page();
        List<Class<? extends Record>> records =
                List.of(
                        Result.class,
                        Result.Findings.class,
                        Result.Score.class,
                        Provenance.class,
                        Provenance.Inputs.class,
                        Seeds.class,
                        Host.class);
        for (Class<? extends Record> type : records) {
            for (RecordComponent c : type.getRecordComponents()) {
                assertTrue(
                        page.matches("(?s).*`([a-z.]+\\.)?" + c.getName() + "[`.].*"),
                        type.getSimpleName() + "." + c.getName());
            }
        }
        assertTrue(page.contains(Result.SCHEMA));
    }

    private static String page() throws Exception {
        Path here = Path.of("").toAbsolutePath();
        Path root = Files.exists(here.resolve("docs")) ? here : here.getParent();
        return Files.readString(root.resolve("docs/result.md"));
    }

    /** Names in the first column of the table below a heading. */
    private static Set<String> documented(String heading) throws Exception {
        String table = page().split("## " + heading + "\n\n")[1].split("\n\n")[0];
        Set<String> names = new TreeSet<>();
        for (String line : table.lines().skip(2).toList()) {
            names.addAll(Arrays.asList(line.split(" \\| ")[0].replaceAll("[|` ]", "").split(",")));
        }
        return names;
    }

    private static List<String> names(Path run) throws Exception {
        List<String> out = new ArrayList<>();
        try (var files = Files.list(run)) {
            files.map(f -> f.getFileName().toString())
                    .filter(n -> !n.equals(".lock"))
                    .forEach(out::add);
        }
        out.sort(null);
        return out;
    }
}

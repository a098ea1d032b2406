package dev.ila.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.rank.Layers;
import dev.ila.rank.RankedRun;
import dev.ila.rank.Ranking;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs are read with what tells them apart. */
class RunsTest {
    @TempDir Path folder;

    private final List<String> notes = new ArrayList<>();

    @Test
    void aRunsFactorsAreItsModelDataAndSettings() throws Exception {
        SearchSettings a = SearchSettings.of("some/models/tiny", "a.json");
        RankedRun one = run("one", a.withSeed(1), "d1", "m1");
        assertEquals(OptionalLong.of(1), one.seed());
        assertEquals("a.json d1d1d1d1", one.factors().get("data"));
        assertTrue(one.factors().get("model").matches("tiny [0-9a-f]{8}"), one.toString());
        assertEquals("seed", one.contrastTo(run("two", a.withSeed(2), "d1", "m1")));
        assertEquals("data, same seed", one.contrastTo(run("three", a.withSeed(1), "d2", "m1")));
        assertEquals("model", one.contrastTo(run("four", a.withSeed(2), "d1", "m2")));
        SearchSettings shorter = a.withSteps(10, 5).withSeed(3);
        assertEquals("settings", one.contrastTo(run("five", shorter, "d1", "m1")));
    }

    @Test
    void filesAreNamedByTheUser() throws Exception {
        Path file = scores(folder.resolve("x.csv"));
        RankedRun run = Runs.read("alpaca#7=" + file, notes);
        assertEquals("alpaca#7", run.name());
        assertEquals(Map.of("data", "alpaca"), run.factors());
        assertEquals(OptionalLong.of(7), run.seed());
        assertEquals(OptionalLong.empty(), Runs.read("alpaca=" + file, notes).seed());
        assertEquals(List.of(), notes);
        Runs.read(file.toString(), notes);
        assertEquals(
                List.of("x.csv: data and seed are not known; DATA#SEED=PATH tells them"), notes);
    }

    @Test
    void equalNamesAreToldApart() throws Exception {
        Files.createDirectories(folder.resolve("other"));
        String a = scores(folder.resolve("x.csv")).toString();
        String b = scores(folder.resolve("other/x.csv")).toString();
        assertEquals(
                List.of("x.csv", "x.csv (2)"),
                Runs.read(List.of(a, b), notes).stream().map(RankedRun::name).toList());
    }

    @Test
    void whatIsNotThereOrNotFinishedIsRefused() throws Exception {
        assertMessage(
                "run must be a run directory, or a CSV or JSON file, that exists, but is: no",
                "no");
        Path begun = Files.createDirectories(folder.resolve("begun"));
        assertMessage(
                "run must be finished, with its scores.csv; go on with it by ila-search --resume,"
                        + " but is: "
                        + begun,
                begun.toString());
    }

    private void assertMessage(String message, String run) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Runs.read(run, notes));
        assertEquals(message, e.getMessage());
    }

    private RankedRun run(String name, SearchSettings settings, String data, String model)
            throws Exception {
        Path directory = Files.createDirectories(folder.resolve(name));
        new RunFile(settings, Map.of("a.json", data.repeat(32)), Map.of("weights", model))
                .write(directory.resolve("run.json"));
        scores(directory.resolve("scores.csv"));
        return Runs.read(directory.toString(), notes);
    }

    private static Path scores(Path file) throws Exception {
        return Files.writeString(file, Ranking.of(Layers.of(2), Layers.noise(14, 1)).toCsv());
    }
}

package dev.ila.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Searches in processes of their own: equal seeds, other seeds, killed and resumed. */
@Tag("slow")
class KillTest {
    private static final int KILLS = 5;
    private static final long SEED = 20;

    @TempDir Path folder;

    @Test
    void killedAnywhereAndResumedItIsAsIfItHadNotBeen() throws Exception {
        Path whole = folder.resolve("whole");
        assertEquals(2 * SearchChild.STEPS, run(SearchChild.begin(whole, 1)));
        Map<String, String> expected = kept(whole);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < KILLS; i++) {
            // One point in each fifth of the run, so that both stages have their share.
            int fifth = 2 * SearchChild.STEPS / KILLS;
            int at = fifth * i + 1 + random.nextInt(fifth - 1);
            Path killed = folder.resolve("killed-at-" + at);
            killAt(at, SearchChild.begin(killed, 1));
            assertFalse(Files.exists(killed.resolve("result.json")), "ended before step " + at);
            int more = run(List.of("--resume", "--out=" + killed));
            assertTrue(more >= 2 * SearchChild.STEPS - at, more + " steps after step " + at);
            assertEquals(expected, kept(killed), "killed at step " + at);
        }
    }

    @Test
    void equalSeedsGiveEqualScoresAndOthersDoNot() throws Exception {
        run(SearchChild.begin(folder.resolve("a"), 1));
        run(SearchChild.begin(folder.resolve("b"), 1));
        run(SearchChild.begin(folder.resolve("c"), 2));
        assertEquals(kept(folder.resolve("a")), kept(folder.resolve("b")));
        assertNotEquals(
                kept(folder.resolve("a")).get("scores.csv"),
                kept(folder.resolve("c")).get("scores.csv"));
        assertEquals(
                Results.repeatable(folder.resolve("a")), Results.repeatable(folder.resolve("b")));
    }

    private static void killAt(int step, List<String> arguments) throws Exception {
        Process child = SearchChild.start(arguments);
        try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
            int steps = 0;
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                steps += line.equals("step") ? 1 : 0;
                if (steps == step) {
                    child.destroyForcibly();
                    break;
                }
            }
            assertEquals(step, steps);
        }
        assertNotEquals(0, child.waitFor());
    }

    /** Runs to the end and returns the number of steps. */
    private static int run(List<String> arguments) throws Exception {
        Process child = SearchChild.start(arguments);
        List<String> lines;
        try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
            lines = out.lines().toList();
        }
        assertEquals(0, child.waitFor(), () -> String.join("\n", lines));
        return (int) lines.stream().filter("step"::equals).count();
    }

    /** What must not differ: scores, adapter, and stage, step and loss of the history. */
    static Map<String, String> kept(Path run) throws Exception {
        Map<String, String> out = new TreeMap<>();
        out.put("scores.csv", Files.readString(run.resolve("scores.csv")));
        out.put(
                "history.csv",
                Files.readAllLines(run.resolve("history.csv")).stream()
                        .map(line -> Arrays.stream(line.split(",")).limit(3).toList().toString())
                        .collect(Collectors.joining("\n")));
        try (Stream<Path> files = Files.list(run.resolve("adapter"))) {
            for (Path f : files.toList()) {
                out.put(
                        f.getFileName().toString(),
                        HexFormat.of().formatHex(Files.readAllBytes(f)));
            }
        }
        assertEquals(4, out.size(), out.keySet().toString());
        return out;
    }
}

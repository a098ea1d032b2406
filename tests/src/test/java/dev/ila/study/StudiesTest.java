package dev.ila.study;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.rank.Comparison;
import dev.ila.rank.Contrast;
import dev.ila.search.Differences;
import dev.ila.search.Runs;
import dev.ila.search.Search;
import dev.ila.train.History;
import dev.ila.view.StudyReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small study on the embedded model, whole and interrupted. */
class StudiesTest {
    static final String STUDY =
            """
            {
              "data": {"polite": "polite", "terse": "terse"},
              "seeds": 2,
              "settings": {"short": {
                "data.limit": 40, "data.heldOut": 8, "data.batchSize": 4, "data.microBatch": 4,
                "stage1.schedule.steps": 12, "stage1.evaluateEvery": 4, "stage2.steps": 6
              }},
              "milestones": {"polite": ["3 steps", "50 %"]}
            }
            """;
    private static final Comparison.Settings SETTINGS =
            new Comparison.Settings(List.of(0.75), 0.9, 60, 1);

    @TempDir Path folder;

    @Test
    void anInterruptedStudyGoesOnAndEndsAsOneThatWasNot() throws Exception {
        Studies whole = studies("whole", STUDY);
        List<String> made = new ArrayList<>();
        whole.run(watch(made, Integer.MAX_VALUE));
        assertEquals(List.of("polite-1", "polite-2", "terse-101", "terse-102"), made);
        String text = StudyReport.write(whole, SETTINGS, "small", "ila-study small.json");
        assertTrue(text.contains("polite at 50 %"), text);

        Studies broken = studies("broken", STUDY);
        made.clear();
        // Steps count over both stages and milestones: this ends in the second run.
        assertThrows(CancellationException.class, () -> broken.run(watch(made, 35)));
        assertEquals(List.of("polite-1", "polite-2"), made);
        Map<Study.Run, Runs.State> states = broken.states();
        assertEquals(
                List.of(Runs.State.FINISHED, Runs.State.BEGUN, Runs.State.NEW, Runs.State.NEW),
                List.copyOf(states.values()));
        made.clear();
        broken.run(watch(made, Integer.MAX_VALUE));
        assertEquals(List.of("polite-2", "terse-101", "terse-102"), made);
        made.clear();
        broken.run(watch(made, Integer.MAX_VALUE));
        assertEquals(List.of(), made, "finished runs must not be made again");

        StudyReport.write(broken, SETTINGS, "small", "ila-study small.json");
        List<String> same =
                List.of("report.html", "runs.csv", "milestones.csv", "overlap/overlap.json");
        for (String file : same) {
            assertArrayEquals(
                    Files.readAllBytes(folder.resolve("whole").resolve(file)),
                    Files.readAllBytes(folder.resolve("broken").resolve(file)),
                    file);
        }
        for (String run : List.of("polite-1", "polite-2", "terse-101", "terse-102")) {
            assertEquals(
                    List.of(),
                    Differences.of(
                            folder.resolve("whole/runs").resolve(run),
                            folder.resolve("broken/runs").resolve(run)));
        }
        check(whole);
    }

    private void check(Studies whole) throws Exception {
        String page = Files.readString(folder.resolve("whole/report.html"));
        assertFalse(page.contains("http"), "the page must need nothing else");
        assertFalse(
                page.contains(folder.toString()), "the page must not name this machine's paths");
        // Two data sets, milestones of one, and six of the comparison.
        assertEquals(9, page.split("<img ").length - 1);
        try (Stream<Path> left = Files.list(folder.resolve("whole/runs/polite-1/milestones"))) {
            assertEquals(
                    List.of("share-50.csv", "share-50.json", "steps-3.csv", "steps-3.json"),
                    left.map(p -> p.getFileName().toString()).sorted().toList());
        }
        String ranked =
                Files.readString(folder.resolve("whole/runs/polite-1/milestones/steps-3.json"));
        assertTrue(ranked.contains("\"step\": 4"), "one step of warm-up, then three: " + ranked);
        Map<String, List<Contrast>> milestones = whole.milestones(SETTINGS).get("polite");
        assertEquals(List.of("3 steps", "50 %"), List.copyOf(milestones.keySet()));
        List<Contrast> half = milestones.get("50 %");
        assertEquals(
                List.of("milestone", "milestone, same seed"),
                half.stream().map(Contrast::differs).distinct().toList());
        assertEquals(
                List.of(2, 2),
                half.stream()
                        .map(Contrast::pairs)
                        .distinct()
                        .flatMap(n -> Stream.of(n, n))
                        .toList());
        assertEquals(List.of("seed", "data"), whole.comparison(SETTINGS).contrasts());
    }

    @Test
    void aChangedDefinitionWithOldResultsIsRefusedByName() throws Exception {
        Studies first = studies("one", STUDY);
        assertThrows(CancellationException.class, () -> first.run(watch(new ArrayList<>(), 2)));
        Studies changed =
                studies("one", STUDY.replace("\"stage2.steps\": 6", "\"stage2.steps\": 7"));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, changed::states);
        assertEquals(
                "run polite-1 must be as it is asked for now; name another directory with --out, or remove "
                        + folder.resolve("one/runs/polite-1")
                        + ", but is: stage2.steps 6, not 7",
                e.getMessage());
    }

    @Test
    void differencesAreOnlyWhatDiffers() throws Exception {
        Studies studies = studies("diff", STUDY.replace("[\"3 steps\", \"50 %\"]", "[]"));
        assertThrows(CancellationException.class, () -> studies.run(watch(new ArrayList<>(), 40)));
        Path runs = folder.resolve("diff/runs");
        List<String> what =
                Differences.of(runs.resolve("polite-1"), runs.resolve("polite-2")).stream()
                        .map(Differences.Difference::what)
                        .toList();
        assertTrue(what.contains("settings seed"), what.toString());
        assertTrue(what.contains("metric stage1.last_loss"), what.toString());
        assertTrue(what.contains("Spearman of the rankings"), what.toString());
        assertFalse(what.contains("settings stage2.steps"), what.toString());
        assertEquals(List.of(), Differences.of(runs.resolve("polite-1"), runs.resolve("polite-1")));
    }

    private Studies studies(String directory, String text) throws Exception {
        Path file = folder.resolve(directory + ".json");
        Files.writeString(file, text);
        return new Studies(Study.read(file), folder.resolve(directory));
    }

    /** Notes the runs, and asks to stop after some steps in all. */
    static Studies.Observer watch(List<String> made, int steps) {
        int[] left = {steps};
        return (number, of, run) -> {
            made.add(run.name());
            return new Search.Observer() {
                @Override
                public void step(History.Step step) {
                    left[0]--;
                }

                @Override
                public boolean stopAsked() {
                    return left[0] <= 0;
                }
            };
        };
    }
}

package dev.ila.truth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.criteria.Criterion;
import dev.ila.criteria.FinalRank;
import dev.ila.run.Json;
import dev.ila.search.Ila;
import dev.ila.search.Search;
import dev.ila.search.SearchSettings;
import dev.ila.torch.Compute;
import dev.ila.torch.Precision;
import dev.ila.train.History;
import dev.ila.train.Schedule;
import dev.ila.view.PlantedTables;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

/** An alignment that is known is found. */
class PlantedStudyTest {
    private static final Compute CPU = new Compute("cpu", Precision.F32, 2, false);

    /** Two of the five of docs/fidelity.md, whose fifteen trials take long. */
    private static final List<Long> SEEDS = List.of(1L, 2L);

    private static double auc(List<PlantedTrial> trials, String by, boolean least) {
        var all = trials.stream().mapToDouble(t -> t.alone().get(by).auc());
        return (least ? all.min() : all.average()).orElseThrow();
    }

    @Test
    void theMaskFindsAScatteredThird() {
        SearchSettings thorough = PlantedStudy.thorough(SearchSettings.embedded()).with(CPU);
        SearchSettings.Data d = thorough.data();
        Schedule short1 = new Schedule(1e-2, 0.1, Schedule.Shape.COSINE, 24);
        SearchSettings quick =
                thorough.with(
                                new SearchSettings.Data(
                                        d.files(), "", Map.of(), d.maxLength(), 56, 8, 8, 8))
                        .with(thorough.stage1().with(short1))
                        .with(new Ila.MaskSettings(0, 0.2, 16, 0));
        List<String> parts = new ArrayList<>();
        PlantedStudy study =
                new PlantedStudy(
                        quick,
                        List.of(PlantedPattern.SCATTERED),
                        List.of(7L),
                        Optional.of(quick.withSteps(2, 1)));
        List<PlantedTrial> trials =
                study.run(
                        new PlantedStudy.Progress() {
                            @Override
                            public void begin(PlantedPattern pattern, long seed, String what) {
                                parts.add(pattern + " " + seed + ": " + what);
                            }

                            @Override
                            public void done(PlantedTrial trial) {
                                parts.add("done");
                            }
                        });
        assertEquals(
                List.of(
                        "SCATTERED 7: the planted layers",
                        "SCATTERED 7: the mask of the student",
                        "SCATTERED 7: both stages on what the teacher says",
                        "SCATTERED 7: the mask's rivals",
                        "done"),
                parts);
        PlantedTrial one = trials.get(0);
        assertEquals(19, one.planted());
        assertEquals(37, one.noise());
        assertTrue(auc(trials, PlantedTrial.MASK, true) > 0.8, one.toString());
        assertEquals(0.5, auc(trials, PlantedTrial.SHUFFLED, true), 0.1);
        Set<String> rivals = new HashSet<>(Set.of(PlantedTrial.MASK, PlantedTrial.USUAL));
        Criterion.all().stream()
                .filter(c -> !(c instanceof FinalRank))
                .forEach(c -> rivals.add(c.key()));
        assertEquals(rivals, one.pipeline().keySet());
        Table table = PlantedTables.pipeline(trials);
        assertEquals(1, table.rowCount());
        assertEquals(one.pipeline().get("fisher").auc(), table.doubleColumn("fisher").get(0));
        Table summary = PlantedTables.aloneSummary(trials);
        assertEquals(2 * one.alone().size(), summary.rowCount());
        assertEquals("scattered", summary.stringColumn("pattern").get(1));
    }

    @Test
    void meansAndLeastAreOfAllTrials() {
        List<PlantedTrial> trials =
                Stream.of(0.5, 0.9)
                        .map(
                                auc ->
                                        new PlantedTrial(
                                                PlantedPattern.BAND,
                                                1,
                                                21,
                                                20,
                                                35,
                                                2,
                                                1.5,
                                                Map.of("mask", new Separation(auc, 0.4)),
                                                Map.of(),
                                                1))
                        .toList();
        Table summary = PlantedTables.aloneSummary(trials);
        assertEquals("all", summary.stringColumn("pattern").get(0));
        assertEquals(2, summary.intColumn("trials").get(0));
        assertEquals(0.7, summary.doubleColumn("mean AUC").get(0), 1e-12);
        assertEquals(0.5, summary.doubleColumn("least AUC").get(0));
        assertEquals(0, PlantedTables.pipelineSummary(trials).rowCount());
        assertEquals(1, PlantedTables.alone(trials).intColumn("without effect").get(1));
    }

    /** All fifteen trials of the report: five seeds of each of three patterns. */
    @Test
    void theReportsTrialsFindWhatWasPlanted() throws Exception {
        List<PlantedTrial> trials = new ArrayList<>();
        for (PlantedPattern pattern : PlantedPattern.values()) {
            for (int seed = 1; seed <= 5; seed++) {
                trials.add(
                        Json.read(
                                Path.of(
                                        "..",
                                        "docs/fidelity/planted/trials",
                                        pattern.name().toLowerCase(Locale.ROOT)
                                                + "-"
                                                + seed
                                                + ".json"),
                                PlantedTrial.class));
            }
        }
        double[] auc =
                trials.stream().mapToDouble(t -> t.alone().get(PlantedTrial.MASK).auc()).toArray();
        assertEquals(15, auc.length);
        assertTrue(Arrays.stream(auc).average().orElseThrow() >= 0.95);
        assertTrue(Arrays.stream(auc).min().orElseThrow() >= 0.85);
    }

    /** What the report of docs/fidelity.md was asked is what is asked now. */
    @Test
    void theReportsTrialsAreGoneOnWith() throws Exception {
        String asked = Files.readString(Path.of("..", "docs/fidelity/planted/asked.json"));
        assertTrue(
                asked.contains(
                        '"'
                                + PlantedStudy.thorough(SearchSettings.embedded())
                                        .stage2()
                                        .toString()
                                + '"'),
                asked);
        assertTrue(asked.contains('"' + Ila.MaskSettings.defaults().toString() + '"'), asked);
    }

    @Test
    void itCanBeStopped() {
        List<Integer> stages = new ArrayList<>();
        PlantedStudy study =
                new PlantedStudy(
                        SearchSettings.embedded().with(CPU),
                        List.of(PlantedPattern.BAND),
                        List.of(1L),
                        Optional.empty());
        assertThrows(
                CancellationException.class,
                () ->
                        study.run(
                                new PlantedStudy.Progress() {
                                    @Override
                                    public Search.Observer observer() {
                                        return new Search.Observer() {
                                            @Override
                                            public void step(History.Step step) {
                                                stages.add(step.stage());
                                            }

                                            @Override
                                            public boolean stopAsked() {
                                                return stages.size() == 2;
                                            }
                                        };
                                    }
                                }));
        assertTrue(stages.size() <= 3, stages.toString());
    }

    @Test
    void aStudyNeedsSeeds() {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                new PlantedStudy(
                                        SearchSettings.embedded(),
                                        List.of(PlantedPattern.BAND),
                                        List.of(),
                                        Optional.empty()));
        assertEquals("number of seeds must be 1 or more, but is: 0", e.getMessage());
    }

    @Test
    @Tag("slow")
    void stage2AloneFindsWhatWasPlanted() {
        SearchSettings settings = PlantedStudy.thorough(SearchSettings.embedded()).with(CPU);
        List<PlantedTrial> trials =
                new PlantedStudy(
                                settings, List.of(PlantedPattern.values()), SEEDS, Optional.empty())
                        .run(PlantedStudy.Progress.SILENT);
        String table = PlantedTables.alone(trials).printAll();
        assertEquals(6, trials.size());
        assertTrue(auc(trials, PlantedTrial.MASK, false) >= 0.95, table);
        assertTrue(auc(trials, PlantedTrial.MASK, true) >= 0.85, table);
        assertEquals(0.5, auc(trials, PlantedTrial.NORM, false), 0.1, table);
        assertEquals(0.5, auc(trials, PlantedTrial.SHUFFLED, false), 0.1, table);
    }
}

package dev.ila.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.data.Batches;
import dev.ila.model.LinearLayer;
import dev.ila.rank.Ranking;
import dev.ila.run.RunDirectory;
import dev.ila.torch.Change;
import dev.ila.torch.Compute;
import dev.ila.torch.DeviceVector;
import dev.ila.torch.Network;
import dev.ila.torch.Precision;
import dev.ila.train.History;
import dev.ila.train.Trainer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A mask for each sparsity, and the best of them by loss on what was held out. */
class SparsityTest {
    private static final Search.Observer NOBODY = new Search.Observer() {};
    private static final List<Double> PULLS = List.of(0.0, 3.0, 0.3);
    private static final int STEPS = 4;

    private static SearchSettings settings;
    private static Session session;
    private static DeltaTheta change;
    private static Outcome whole;

    @TempDir Path folder;

    @BeforeAll
    static void open(@TempDir Path first) {
        SearchSettings embedded = SearchSettings.embedded();
        settings =
                embedded.with(embedded.data().withLimit(80))
                        .with(new Compute("cpu", Precision.F32, 2, false))
                        .withSteps(4, STEPS)
                        .with(mask(PULLS.get(0), PULLS.subList(1, 3)));
        session = Session.open(settings);
        change = session.fineTune(NOBODY).change();
        whole = search(first.resolve("whole"), NOBODY);
    }

    @AfterAll
    static void close() {
        session.close();
    }

    private static Ila.MaskSettings mask(double sparsity, List<Double> others) {
        return new Ila.MaskSettings(4, 0.1, STEPS, sparsity, others);
    }

    private static Session.Masked alone(double sparsity) {
        Session other = session.with(settings.with(mask(sparsity, List.of())));
        return other.learnMask(change, NOBODY);
    }

    private static double lossOfTop(Ranking ranking) {
        float[] gamma = new float[session.layers().size()];
        ranking.top(ranking.count(0.75)).forEach(l -> gamma[l.index()] = 1);
        Network network = session.model().network();
        Change on = change.onto(network);
        try (DeviceVector values = on.values()) {
            assertEquals(values.size(), on.values().size());
            return Trainer.loss(network, on, gamma, Batches.inOrder(session.split().heldOut(), 8));
        }
    }

    @Test
    void theChosenMaskIsTheOneThatItsSparsityMakesAlone() {
        Session.Masked chosen = session.learnMask(change, NOBODY);
        List<Session.Masked> alone = PULLS.stream().map(SparsityTest::alone).toList();
        double[] losses = alone.stream().mapToDouble(m -> lossOfTop(m.ranking())).toArray();
        double least = Arrays.stream(losses).min().orElseThrow();
        int best = Arrays.stream(losses).boxed().toList().indexOf(least);
        assertEquals(3, alone.stream().map(Session.Masked::ranking).distinct().count());
        assertEquals(alone.get(best).ranking(), chosen.ranking());
        assertEquals(losses(alone.get(best).history()), losses(chosen.history()));
        assertEquals(STEPS, chosen.course().steps());
        for (int step = 0; step <= STEPS; step++) {
            for (LinearLayer layer : chosen.course().layers()) {
                assertEquals(
                        alone.get(best).course().logit(step, layer),
                        chosen.course().logit(step, layer));
            }
        }
    }

    private static List<Double> losses(History history) {
        return history.stage(2).stream().map(History.Step::loss).toList();
    }

    /** Stopped after the step that follows: within a mask, where one ends, before the last step. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 8, 10})
    void aStoppedSearchEndsAsOneThatWasNot(int stop) {
        Search.Observer impatient =
                new Search.Observer() {
                    private boolean stops;

                    @Override
                    public void step(History.Step step) {
                        stops = step.stage() == 2 && step.step() == stop;
                    }

                    @Override
                    public boolean stopAsked() {
                        return stops;
                    }
                };
        assertThrows(
                CancellationException.class, () -> search(folder.resolve("stopped"), impatient));
        try (RunDirectory run = RunDirectory.open(folder.resolve("stopped"))) {
            Outcome resumed = Search.resume(run, OptionalInt.empty(), NOBODY);
            assertEquals(whole.result().findings(), resumed.result().findings());
            assertEquals(losses(whole.history()), losses(resumed.history()));
        }
    }

    private static Outcome search(Path path, Search.Observer observer) {
        try (RunDirectory run = RunDirectory.create(path)) {
            return Search.start(settings, run, observer);
        }
    }

    @Test
    void aSearchSaysWhatItChoseAndKeepsThatMaskAlone() {
        List<String> stages = new ArrayList<>();
        Outcome outcome =
                search(
                        folder.resolve("run"),
                        new Search.Observer() {
                            @Override
                            public void stage(int stage, int done, int steps) {
                                stages.add(stage + ": " + steps);
                            }
                        });
        assertEquals(List.of("1: 4", "2: 12"), stages);
        assertEquals(STEPS, outcome.history().stage(2).size());
        double chosen = outcome.result().findings().metrics().get("stage2.chosen_sparsity");
        assertTrue(PULLS.contains(chosen));
        String note = outcome.result().findings().notes().get(1);
        assertTrue(
                note.startsWith(
                        "Sparsity "
                                + chosen
                                + " was chosen: the top 75 % of layers alone have the lowest"
                                + " held-out loss, "),
                note);
        assertTrue(
                note.matches(
                        ".* \\d\\.\\d{4} with 0.0, \\d\\.\\d{4} with 3.0, \\d\\.\\d{4} with 0.3.*"),
                note);
        assertEquals(chosen == 3, note.endsWith(" It is the largest that was tried."), note);
        assertEquals(alone(chosen).ranking(), outcome.ranking().orElseThrow());
    }

    @Test
    void oneSparsityIsNoChoice() {
        Outcome outcome;
        try (RunDirectory run = RunDirectory.create(folder.resolve("one"))) {
            outcome = Search.start(settings.with(mask(0.3, List.of())), run, NOBODY);
        }
        String notes = outcome.result().findings().notes().toString();
        assertFalse(notes.contains("was chosen"), notes);
        // The warning is of one sparsity, too.
        assertTrue(
                notes.contains("With sparsity 0.3 the pull alone decides which masks fall:"),
                notes);
        assertFalse(outcome.result().findings().metrics().containsKey("stage2.chosen_sparsity"));
    }

    @Test
    void aRunWithoutAMaskHasChosenNone() {
        Path run = folder.resolve("first");
        SearchSettings first =
                new SearchSettings(
                        settings.model(),
                        settings.data(),
                        settings.delta(),
                        settings.compute(),
                        settings.seed(),
                        settings.stage1(),
                        settings.stage2(),
                        1);
        try (RunDirectory directory = RunDirectory.create(run)) {
            Search.start(first, directory, NOBODY);
        }
        assertFalse(Runs.choseSparsity(run));
        assertEquals(mask(PULLS.get(0), List.of()), Runs.mask(run));
    }

    @Test
    void itSaysSoIfThePullAloneDecides() {
        List<LinearLayer> layers = session.layers();
        double[] logits = new double[layers.size()];
        Arrays.fill(logits, 5);
        logits[0] = 3;
        logits[1] = 3.5;
        Ranking ranking = Ranking.ofMask(layers, logits);
        double[] gain = new double[layers.size()];
        Ila.MaskSettings pulled = mask(0.3, List.of());
        assertEquals(Optional.empty(), Sparsity.decides(ranking, gain, pulled));
        gain[0] = 1;
        assertEquals(Optional.empty(), Sparsity.decides(ranking, gain, pulled));
        gain[1] = 1;
        assertEquals(
                "the pull alone decides which masks fall: the loss would have all 2 rise",
                Sparsity.decides(ranking, gain, pulled).orElseThrow());
        assertEquals(Optional.empty(), Sparsity.decides(ranking, gain, mask(0, List.of())));
        Arrays.fill(logits, 0, 11, 3);
        Arrays.fill(gain, 0, 10, 1);
        assertEquals(
                "the pull decides which masks fall: of 11 that do the loss would have 10 rise",
                Sparsity.decides(Ranking.ofMask(layers, logits), gain, pulled).orElseThrow());
        gain[9] = 0;
        assertEquals(
                Optional.empty(), Sparsity.decides(Ranking.ofMask(layers, logits), gain, pulled));
        Arrays.fill(gain, 2, 10, 0);
        Arrays.fill(logits, 3);
        assertEquals(
                "the pull alone decides that masks fall, which all do: the loss would have 2 of 56 rise",
                Sparsity.decides(Ranking.ofMask(layers, logits), gain, pulled).orElseThrow());
        assertEquals(
                Optional.empty(),
                Sparsity.decides(ranking, gain, new Ila.MaskSettings(2, 0.1, STEPS, 0.3)));
    }

    @Test
    void sparsitiesDiffer() {
        assertEquals(
                "sparsity must be different each time, but is: 0.3 and [1.0, 0.3]",
                assertThrows(IllegalArgumentException.class, () -> mask(0.3, List.of(1.0, 0.3)))
                        .getMessage());
        assertEquals(
                "sparsity must be between 0.0 and 1000000.0, but is: -1.0",
                assertThrows(IllegalArgumentException.class, () -> mask(0, List.of(-1.0)))
                        .getMessage());
    }
}

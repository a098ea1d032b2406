package dev.ila.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.delta.LoraConfig;
import dev.ila.model.LinearLayer;
import dev.ila.run.RunDirectory;
import dev.ila.torch.Compute;
import dev.ila.torch.Precision;
import dev.ila.train.History;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A session makes the steps of a search, one by one, as often as it is asked. */
class SessionTest {
    private static final Search.Observer NOBODY = new Search.Observer() {};
    private static SearchSettings settings;
    private static Session session;

    @TempDir Path folder;

    @BeforeAll
    static void open() {
        SearchSettings embedded = SearchSettings.embedded();
        settings =
                embedded.with(embedded.data().withLimit(80))
                        .with(new Compute("cpu", Precision.F32, 2, false))
                        .withSteps(4, 3);
        session = Session.open(settings);
    }

    @AfterAll
    static void close() {
        session.close();
    }

    @Test
    void itFindsWhatASearchFinds() {
        Session.Tuned tuned = session.fineTune(NOBODY);
        Session.Masked masked = session.learnMask(tuned.change(), NOBODY);
        try (RunDirectory run = RunDirectory.create(folder.resolve("run"))) {
            Outcome outcome = Search.start(settings, run, NOBODY);
            assertEquals(outcome.ranking().orElseThrow(), masked.ranking());
            assertEquals(losses(outcome.history().stage(1)), losses(tuned.history().steps()));
            assertEquals(losses(outcome.history().stage(2)), losses(masked.history().steps()));
        }
        assertEquals(masked.ranking(), session.learnMask(tuned.change(), NOBODY).ranking());
    }

    private static List<Double> losses(List<History.Step> steps) {
        return steps.stream().map(History.Step::loss).toList();
    }

    @Test
    void theCourseOfTheMaskBeginsAtItsStartAndEndsInTheRanking() {
        Session.Masked masked = session.learnMask(session.fineTune(NOBODY).change(), NOBODY);
        MaskCourse course = masked.course();
        assertEquals(3, course.steps());
        masked.ranking()
                .scores()
                .forEach(
                        s -> {
                            assertEquals(4, course.logit(0, s.layer()));
                            assertEquals(s.logit(), course.logit(3, s.layer()));
                        });
        LinearLayer first = course.layers().get(0);
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> course.logit(4, first));
        assertEquals("step must be between 0.0 and 3.0, but is: 4.0", e.getMessage());
    }

    @Test
    void beforeTheFirstStepLoraChangesNothing() {
        DeltaTheta one = session.initial();
        DeltaTheta other = session.with(settings.withSeed(2)).initial();
        assertNotEquals(one.values()[0], other.values()[0]);
        assertEquals(session.heldOutLoss(one), session.heldOutLoss(other));
        for (double[] row : one.matrix(session.layers().get(0))) {
            assertArrayEquals(new double[row.length], row);
        }
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> session.learnMask(one, NOBODY));
        assertTrue(e.getMessage().startsWith("change of model.layers.0.self_attn.q_proj must be "));
    }

    @Test
    void aFullChangeOfTheProductsHasTheLossOfLora() {
        Session.Tuned lora = session.fineTune(NOBODY);
        Session whole = session.with(settings.with(new Delta.Full()));
        float[] flat = new float[whole.initial().size()];
        int at = 0;
        for (LinearLayer layer : session.layers()) {
            for (double[] row : lora.change().matrix(layer)) {
                for (double x : row) {
                    flat[at++] = (float) x;
                }
            }
        }
        assertEquals(flat.length, at);
        DeltaTheta full = whole.initial().learned(flat);
        assertEquals(session.heldOutLoss(lora.change()), whole.heldOutLoss(full), 1e-5);
        LinearLayer last = session.layers().get(55);
        assertArrayEquals(
                lora.change().matrix(last)[7], full.matrix(last)[7], 1e-6, "multiplied out");
    }

    @Test
    void layersThatAreNotChosenStayAsTheyWere() {
        List<LinearLayer> chosen = List.of(session.layers().get(9), session.layers().get(30));
        Session some = session.with(settings.with(LoraConfig.defaults().on(chosen)));
        Session.Tuned tuned = some.fineTune(NOBODY);
        assertEquals(chosen, tuned.change().changed());
        assertEquals(Set.copyOf(chosen), changed(tuned.change()));
        assertEquals(2, some.learnMask(tuned.change(), NOBODY).ranking().size());
    }

    private static Set<LinearLayer> changed(DeltaTheta change) {
        List<LinearLayer> out = new ArrayList<>();
        for (LinearLayer layer : session.layers()) {
            for (double[] row : change.matrix(layer)) {
                for (double x : row) {
                    if (x != 0 && !out.contains(layer)) {
                        out.add(layer);
                    }
                }
            }
        }
        return Set.copyOf(out);
    }

    @Test
    void shuffledAnswersAreTheSameAnswersElsewhere() {
        Session shuffled = session.withShuffledAnswers();
        assertEquals(session.data().supervisedTokens(), shuffled.data().supervisedTokens());
        assertEquals(session.data().tokens(), shuffled.data().tokens());
        assertNotEquals(ids(session), ids(shuffled));
        SearchSettings fewer = settings.with(settings.data().withLimit(70)).withSeed(7);
        assertEquals(ids(session.with(fewer).withShuffledAnswers()), ids(shuffled.with(fewer)));
        assertEquals(ids(shuffled), ids(shuffled.with(settings)));
        DeltaTheta none = session.initial();
        assertTrue(shuffled.heldOutLoss(none) > session.heldOutLoss(none));
    }

    private static List<List<Integer>> ids(Session session) {
        return session.data().examples().stream()
                .map(e -> IntStream.range(0, e.length()).mapToObj(e::id).toList())
                .toList();
    }

    @Test
    void anAnswerIsWrittenTokenByToken() {
        String answer = session.answer(session.initial(), "How heavy is the blanket?", 12);
        assertTrue(!answer.isBlank() && !answer.contains("<|"), answer);
        assertEquals(answer, session.answer(session.initial(), "How heavy is the blanket?", 12));
    }

    @Test
    void anotherModelOrDeviceNeedsAnotherSession() {
        IllegalArgumentException model =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> session.with(SearchSettings.of("elsewhere", "polite")));
        assertEquals(
                "model of a session's other settings must be %s; open another session for another model, but is: elsewhere"
                        .formatted(settings.model()),
                model.getMessage());
        SearchSettings aligned = settings.with(new Delta.Aligned(settings.model()));
        IllegalArgumentException change =
                assertThrows(IllegalArgumentException.class, () -> session.with(aligned));
        assertTrue(
                change.getMessage()
                        .contains("open another session for a difference of models, but is: "),
                change.getMessage());
        Compute four = new Compute("cpu", Precision.BF16, 2, false);
        assertThrows(IllegalArgumentException.class, () -> session.with(settings.with(four)));
    }

    @Test
    void whatExistsAlreadyIsNotFineTuned() {
        SearchSettings adapter = settings.with(new Delta.Adapter("there"));
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> session.with(adapter).fineTune(NOBODY));
        assertTrue(e.getMessage().startsWith("change to fine-tune must be LoRA or full"));
    }
}

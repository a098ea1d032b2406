package dev.ila.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.data.Batch;
import dev.ila.data.Example;
import dev.ila.model.Safetensors;
import dev.ila.torch.AdamW;
import dev.ila.torch.Change;
import dev.ila.torch.DeviceVector;
import dev.ila.torch.Network.Want;
import dev.ila.train.Schedule.Shape;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Laws of one optimizer step and of what is trained. */
class TrainerTest {
    private final Training training = new Training();

    @TempDir Path folder;

    @AfterEach
    void close() {
        training.close();
    }

    @Test
    void theLossIsTheMeanOverTokensHoweverTheBatchIsCut() {
        List<Example> rows = training.steps.get(0);
        // A large epsilon keeps Adam from blowing rounding up where the gradient is next to zero.
        AdamW.Settings adam = new AdamW.Settings(0.9, 0.999, 0.1, 0, 0);
        Trainer.Settings three = Training.settings(1, 3, adam);
        Training.End whole = training.stage1(three, 4);
        for (int micro : new int[] {1, 2}) {
            Training.End cut = training.stage1(three, micro);
            assertArrayEquals(whole.losses(), cut.losses(), 1e-6);
            assertArrayEquals(whole.values(), cut.values(), 1e-6f);
        }
        double sum = 0;
        double means = 0;
        long supervised = 0;
        for (Example row : rows) {
            double loss = sum(Batch.of(List.of(row)));
            sum += loss;
            means += loss / row.supervisedTokens() / rows.size();
            supervised += row.supervisedTokens();
        }
        assertEquals(sum / supervised, whole.losses()[0], 1e-6);
        assertTrue(Math.abs(means - sum / supervised) > 0.01, "rows too alike to tell");
    }

    private double sum(Batch batch) {
        training.change.values().set(training.start);
        float[] ones = new float[training.model.layers().size()];
        Arrays.fill(ones, 1);
        try (DeviceVector unused = training.model.network().vector(new float[1])) {
            float[] losses =
                    training.model
                            .network()
                            .step(batch, training.change, ones, Want.LOSS, unused, 0);
            double sum = 0;
            for (float x : losses) {
                sum += x;
            }
            return sum;
        }
    }

    @Test
    void aLongGradientIsCutToTheLongestAllowed() {
        double free = meanLength(0);
        assertEquals(free, meanLength(1e6), 1e-6 * free);
        assertEquals(free / 2, meanLength(free / 0.1 / 2), 1e-5 * free);
    }

    /** Length of Adam's running mean after a step: a tenth of the gradient's. */
    private double meanLength(double maxNorm) {
        Path file = folder.resolve("state");
        Training.End end =
                training.stage1(
                        Training.settings(1, 1, AdamW.Settings.defaults().withMaxNorm(maxNorm)),
                        4,
                        State.start(1, training.start, new History(List.of())),
                        p -> p.state().write(file));
        double sum = 0;
        for (float x : Safetensors.open(file).floats("mean")) {
            sum += (double) x * x;
        }
        double norm = end.history().steps().get(0).gradientNorm();
        assertEquals(
                maxNorm == 0 ? norm : Math.min(norm, maxNorm), 10 * Math.sqrt(sum), 1e-4 * norm);
        return Math.sqrt(sum);
    }

    @Test
    void weightDecayTakesAShareOfWhatIsTrainedAndOfNothingElse() {
        float[] base = training.base();
        AdamW.Settings decay = new AdamW.Settings(0.9, 0.999, 1e-8, 0.5, 0);
        float[] without = training.stage1(Training.settings(1, 1, Training.PLAIN), 4).values();
        float[] with = training.stage1(Training.settings(1, 1, decay), 4).values();
        float[] expected = new float[with.length];
        for (int i = 0; i < with.length; i++) {
            expected[i] = without[i] - 1e-3f * 0.5f * training.start[i];
        }
        assertArrayEquals(expected, with, 1e-6f);
        assertFalse(Arrays.equals(without, with));
        assertArrayEquals(base, training.base());

        float[] s = training.stage2(Training.settings(2, 3, decay), 0).values();
        float[] kept = training.stage2(Training.settings(2, 3, Training.PLAIN), 0).values();
        assertFalse(Arrays.equals(s, kept));
        assertArrayEquals(training.start, training.change.values().values());
        assertArrayEquals(base, training.base());
    }

    @Test
    void everySettingChangesTheTraining() {
        AdamW.Settings adam = Training.PLAIN;
        float[] usual = training.stage1(Training.settings(1, 5, adam), 4).values();
        assertArrayEquals(usual, training.stage1(Training.settings(1, 5, adam), 4).values());
        List<AdamW.Settings> others =
                List.of(
                        new AdamW.Settings(0.8, 0.999, 1e-8, 0, 0),
                        new AdamW.Settings(0.9, 0.99, 1e-8, 0, 0),
                        new AdamW.Settings(0.9, 0.999, 1e-4, 0, 0),
                        new AdamW.Settings(0.9, 0.999, 1e-8, 0.1, 0),
                        // Adam forgets a gradient's length, but not how lengths differ.
                        new AdamW.Settings(0.9, 0.999, 1e-8, 0, 1e-3));
        for (AdamW.Settings other : others) {
            float[] values = training.stage1(Training.settings(1, 5, other), 4).values();
            assertFalse(Arrays.equals(usual, values), other.toString());
        }
        List<UnaryOperator<Schedule>> schedules =
                List.of(
                        s -> new Schedule(2e-3, s.warmup(), s.shape(), s.steps()),
                        s -> new Schedule(s.rate(), 0.5, s.shape(), s.steps()),
                        s -> new Schedule(s.rate(), s.warmup(), Shape.COSINE, s.steps()),
                        s -> new Schedule(s.rate(), s.warmup(), s.shape(), 4));
        for (UnaryOperator<Schedule> change : schedules) {
            Schedule other = change.apply(Training.settings(1, 5, adam).schedule());
            Trainer.Settings settings = new Trainer.Settings(1, other, adam, 0, Optional.empty());
            assertFalse(
                    Arrays.equals(usual, training.stage1(settings, 4).values()), other.toString());
        }
    }

    @Test
    void stabilityEndsTheTrainingAndNeedsEvaluations() {
        Schedule schedule = new Schedule(1e-9, 0, Shape.CONSTANT, 20);
        Optional<Stability> test = Optional.of(new Stability(0.01, 2));
        Trainer.Settings settings = new Trainer.Settings(1, schedule, Training.PLAIN, 2, test);
        History history = training.stage1(settings, 4).history();
        assertEquals(8, history.steps().size());
        assertEquals(
                List.of(2, 4, 6, 8),
                history.steps().stream()
                        .filter(s -> s.heldOut().isPresent())
                        .map(History.Step::step)
                        .toList());
        assertEquals(
                "evaluateEvery must be 1 or more when stability is to be tested, but is: 0",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> new Trainer.Settings(1, schedule, Training.PLAIN, 0, test))
                        .getMessage());
    }

    @Test
    void sparsityPullsTheMaskDown() {
        Trainer.Settings settings = Training.settings(2, 20, Training.PLAIN);
        double free = mean(training.stage2(settings, 0).values());
        double little = mean(training.stage2(settings, 0.5).values());
        double much = mean(training.stage2(settings, 5).values());
        assertTrue(much < little && little < free, much + " " + little + " " + free);
        assertTrue(much < 4);
    }

    private static double mean(float[] x) {
        double sum = 0;
        for (float v : x) {
            sum += v;
        }
        return sum / x.length;
    }

    @Test
    void stage2LeavesTheChangeAndTheModelBitByBit() {
        float[] base = training.base();
        training.stage2(Training.settings(2, 5, Training.PLAIN), 1);
        assertTrue(training.change instanceof Change.Factors);
        assertArrayEquals(training.start, training.change.values().values());
        assertArrayEquals(base, training.base());
    }
}

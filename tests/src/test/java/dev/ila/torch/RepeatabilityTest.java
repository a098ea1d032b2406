package dev.ila.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ila.data.Batch;
import dev.ila.search.Ila;
import dev.ila.torch.Network.Want;
import dev.ila.train.History;
import dev.ila.train.Schedule;
import dev.ila.train.State;
import dev.ila.train.Trainable;
import dev.ila.train.Trainer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same step gives the same bits, and what is frozen keeps its own. */
class RepeatabilityTest {
    /** Wide enough for NF4's blocks of 64. */
    private static final Dimensions D = new Dimensions(2, 64, 128, 50, 4, 2, 16, true);

    private static final Batch BATCH = SmallNetwork.batch(D.vocabulary());
    private static final int LAYERS = D.layers();

    @ParameterizedTest
    @EnumSource
    void aStepGivesTheSameBitsInEveryNetworkAndAtEveryTime(Precision precision) {
        float[][] first = null;
        try (Network a = network(precision);
                Network b = network(precision)) {
            for (Network n : List.of(a, b)) {
                Change.Factors change = SmallNetwork.factors(n, 0.2);
                for (int step = 1; step <= 20; step++) {
                    float[][] now = step(n, change);
                    first = first == null ? now : first;
                    for (int i = 0; i < now.length; i++) {
                        assertArrayEquals(first[i], now[i], "step " + step + ", output " + i);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void trainingLeavesTheBaseAndTheMaskLeavesTheChange(Precision precision) {
        try (Network n = network(precision)) {
            float[][] before = weights(n);
            for (Change change :
                    List.of(SmallNetwork.factors(n, 0.2), SmallNetwork.difference(n))) {
                float[] start = change.values().values();
                train(n, Ila.stage1(n, change), stage1(), start);
                float[] learned = change.values().values();
                assertFalse(Arrays.equals(start, learned));
                assertBits(before, weights(n));
                Ila.MaskSettings mask = new Ila.MaskSettings(4, 0.01, 20, 0.1);
                DeviceVector s = n.vector(mask.initial(LAYERS));
                train(n, Ila.stage2(change, s, mask), mask.training(), mask.initial(LAYERS));
                assertFalse(Arrays.equals(mask.initial(LAYERS), s.values()));
                assertBits(before, weights(n));
                assertArrayEquals(learned, change.values().values());
            }
        }
    }

    static Trainer.Settings stage1() {
        Schedule schedule = new Schedule(0.01, 0, Schedule.Shape.CONSTANT, 20);
        AdamW.Settings decay = new AdamW.Settings(0.9, 0.999, 1e-8, 0.1, 1);
        return new Trainer.Settings(1, schedule, decay, 0, Optional.empty());
    }

    private static void train(Network n, Trainable what, Trainer.Settings settings, float[] from) {
        State state = State.start(settings.stage(), from, new History(List.of()));
        History history =
                new Trainer(n, what, settings)
                        .run(step -> List.of(BATCH), List.of(), state, progress -> {});
        assertEquals(20, history.steps().size());
    }

    private static Network network(Precision precision) {
        return SmallNetwork.make(D, new Compute("cpu", precision, 2, false));
    }

    /** Loss and both gradients. */
    private static float[][] step(Network n, Change change) {
        float[] gamma = SmallNetwork.gamma(LAYERS);
        try (DeviceVector byChange = n.vector(new float[change.values().size()]);
                DeviceVector byMask = n.vector(new float[LAYERS])) {
            float[] loss = n.step(BATCH, change, gamma, Want.CHANGE_GRADIENT, byChange, 0.1);
            n.step(BATCH, change, gamma, Want.MASK_GRADIENT, byMask, 0.1);
            return new float[][] {loss, byChange.values(), byMask.values()};
        }
    }

    /** All layers, and the logits, which need the embedding and the norms too. */
    private static float[][] weights(Network n) {
        float[][] out = new float[LAYERS + 1][];
        for (int i = 0; i < LAYERS; i++) {
            out[i] = n.weights().layer(i / 7, i % 7, 0, D.outputs(i % 7));
        }
        Change none = SmallNetwork.factors(n, 0);
        float[] gamma = new float[LAYERS];
        out[LAYERS] = n.logits(BATCH.ids(), BATCH.rows(), BATCH.positions(), none, gamma);
        return out;
    }

    private static void assertBits(float[][] expected, float[][] actual) {
        for (int i = 0; i < expected.length; i++) {
            assertArrayEquals(expected[i], actual[i], "layer " + i);
        }
    }
}

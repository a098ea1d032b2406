package dev.ila.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.data.Batch;
import dev.ila.data.Example;
import dev.ila.model.LanguageModel;
import dev.ila.torch.AdamW;
import dev.ila.torch.Change;
import dev.ila.torch.Dimensions;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Embedding, head, norms and the drawn blocks move; the others keep their bits. */
class LisaTest {
    private static final int STEPS = 7;
    private static final Lisa.Settings HOW = new Lisa.Settings(1, 3, 5);

    @TempDir Path folder;

    private static State start(Lisa what) {
        return State.start(1, new float[what.values().size()], new History(List.of()));
    }

    private static History run(
            LanguageModel model, Trainable what, State from, Trainer.Listener listener) {
        List<List<Example>> steps = Fixture.steps();
        IntFunction<List<Batch>> batches =
                step -> Fixture.batches(steps.get((step - 1) % steps.size()), 8);
        Schedule schedule = new Schedule(1e-3, 0, Schedule.Shape.CONSTANT, STEPS);
        return new Trainer(
                        model.network(),
                        what,
                        new Trainer.Settings(
                                1, schedule, AdamW.Settings.defaults(), 0, Optional.empty()))
                .run(batches, List.of(), from, listener);
    }

    @Test
    void blocksThatAreNotDrawnStay() {
        try (LanguageModel model = Fixture.model();
                Lisa what = new Lisa(model.network(), HOW)) {
            Dimensions d = model.network().dimensions();
            float[][] after = new float[STEPS + 1][];
            after[0] = what.learned();
            History history =
                    run(model, what, start(what), p -> after[p.step().step()] = what.learned());
            assertEquals(HOW.drawn(1, d), HOW.drawn(3, d));
            assertNotEquals(HOW.drawn(3, d), HOW.drawn(4, d));
            assertEquals(HOW.numbers(d), what.values().size());
            Change.Whole all = new Change.Whole(what.change().values(), Set.of());
            for (int step = 1; step <= STEPS; step++) {
                assertTrue(moved(after, step, 0, d.outside()), "outside in step " + step);
                for (int block = 0; block < d.blocks(); block++) {
                    long from = all.start(d, block * Dimensions.LAYERS_PER_BLOCK);
                    assertEquals(
                            HOW.drawn(step, d).contains(block),
                            moved(after, step, from, d.block()),
                            "block " + block + " in step " + step);
                }
            }
            List<History.Step> steps = history.steps();
            assertTrue(steps.get(STEPS - 1).loss() < steps.get(0).loss());
        }
    }

    private static boolean moved(float[][] after, int step, long from, long count) {
        int end = (int) (from + count);
        return !Arrays.equals(after[step - 1], (int) from, end, after[step], (int) from, end);
    }

    @Test
    void aTrainingThatGoesOnEndsAsOneThatDidNotStop() {
        try (LanguageModel model = Fixture.model()) {
            State[] at = new State[STEPS + 1];
            float[] end;
            try (Lisa what = new Lisa(model.network(), HOW)) {
                run(model, what, start(what), p -> at[p.step().step()] = p.state());
                end = what.learned();
            }
            for (int step : new int[] {2, 3}) {
                Path file = folder.resolve("state" + step);
                at[step].write(file);
                try (Lisa what = new Lisa(model.network(), HOW)) {
                    run(model, what, State.read(file), p -> {});
                    assertArrayEquals(end, what.learned());
                }
            }
        }
    }

    @Test
    void moreBlocksThanThereAreAreRefused() {
        try (LanguageModel model = Fixture.model()) {
            Lisa.Settings more = new Lisa.Settings(4, 3, 7);
            assertEquals(
                    "blocks at a time must be at most the 3 of the model, but is: 4",
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> new Lisa(model.network(), more))
                            .getMessage());
        }
    }
}

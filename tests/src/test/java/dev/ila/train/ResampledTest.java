package dev.ila.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ila.data.Batch;
import dev.ila.data.Example;
import dev.ila.delta.LoraConfig;
import dev.ila.delta.LoraLayout;
import dev.ila.model.LanguageModel;
import dev.ila.torch.AdamW;
import dev.ila.torch.Change;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Only what is drawn moves, by steps of a fresh optimizer. */
class ResampledTest {
    private static final int STEPS = 7;
    private static final Resampled.Settings HOW = new Resampled.Settings(3, 3, 5);

    @TempDir Path folder;

    private static LoraLayout layout(LanguageModel model) {
        return LoraLayout.of(model.layers(), LoraConfig.defaults());
    }

    private static Resampled training(LanguageModel model, float[] values, Resampled.Settings how) {
        LoraLayout layout = layout(model);
        int n = model.layers().size();
        Change change =
                new Change.Factors(
                        model.network().vector(values),
                        IntStream.range(0, n).mapToObj(layout::rank).toList(),
                        IntStream.range(0, n).mapToObj(layout::scale).toList());
        float[] gamma = new float[n];
        Arrays.fill(gamma, 1);
        return new Resampled(model.network(), change, gamma, how);
    }

    private static void run(
            LanguageModel model, Trainable what, State from, Trainer.Listener listener) {
        List<List<Example>> steps = Fixture.steps();
        IntFunction<List<Batch>> batches =
                step -> Fixture.batches(steps.get((step - 1) % steps.size()), 8);
        Schedule schedule = new Schedule(1e-2, 0, Schedule.Shape.CONSTANT, STEPS);
        new Trainer(
                        model.network(),
                        what,
                        new Trainer.Settings(
                                1, schedule, AdamW.Settings.defaults(), 0, Optional.empty()))
                .run(batches, List.of(), from, listener);
    }

    @Test
    void onlyWhatIsDrawnMoves() {
        try (LanguageModel model = Fixture.model()) {
            LoraLayout layout = layout(model);
            float[] values = layout.initial(2);
            float[][] after = new float[STEPS + 1][];
            after[0] = values;
            try (Resampled what = training(model, values, HOW)) {
                State start = State.start(1, values, new History(List.of()));
                run(model, what, start, p -> after[p.step().step()] = p.state().values());
                assertEquals(what.layers(1), what.layers(3));
                assertNotEquals(what.layers(3), what.layers(4));
                for (int step = 1; step <= STEPS; step++) {
                    for (int i = 0; i < model.layers().size(); i++) {
                        int from = layout.offsetB(i);
                        int to = from + 8 * model.layers().get(i).outputs();
                        boolean moved =
                                !Arrays.equals(after[step - 1], from, to, after[step], from, to);
                        assertEquals(what.layers(step).contains(i), moved, step + " " + i);
                    }
                }
            }
        }
    }

    @Test
    void aTrainingThatGoesOnEndsAsOneThatDidNotStop() {
        try (LanguageModel model = Fixture.model()) {
            float[] values = layout(model).initial(2);
            State start = State.start(1, values, new History(List.of()));
            State[] at = new State[STEPS + 1];
            float[] end;
            try (Resampled what = training(model, values, HOW)) {
                run(model, what, start, p -> at[p.step().step()] = p.state());
                end = what.values().values();
            }
            for (int step : new int[] {2, 3}) {
                Path file = folder.resolve("state" + step);
                at[step].write(file);
                try (Resampled what = training(model, values, HOW)) {
                    run(model, what, State.read(file), p -> {});
                    assertArrayEquals(end, what.values().values());
                }
            }
        }
    }

    @Test
    void moreLayersThanThereAreAreRefused() {
        try (LanguageModel model = Fixture.model()) {
            int n = model.layers().size();
            float[] values = layout(model).initial(2);
            assertEquals(
                    "layers at a time must be at most the %d that have factors, but is: %d"
                            .formatted(n, n + 1),
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () ->
                                            training(
                                                    model,
                                                    values,
                                                    new Resampled.Settings(n + 1, 3, 5)))
                            .getMessage());
        }
    }
}

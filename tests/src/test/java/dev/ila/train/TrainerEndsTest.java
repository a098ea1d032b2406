package dev.ila.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.torch.AdamW;
import dev.ila.train.Schedule.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a training stops, and that it goes on from there as if it had not. */
class TrainerEndsTest {
    private static final int STEPS = 8;

    private final Training training = new Training();
    private final Trainer.Settings stage1 = Training.settings(1, STEPS, AdamW.Settings.defaults());
    private final Trainer.Settings stage2 = Training.settings(2, STEPS, Training.PLAIN);

    @TempDir Path folder;

    @AfterEach
    void close() {
        training.close();
    }

    private State begin(int stage) {
        float[] s = new float[training.model.layers().size()];
        Arrays.fill(s, 4);
        return State.start(stage, stage == 1 ? training.start : s, new History(List.of()));
    }

    private Training.End run(int stage, State from, Trainer.Listener listener) {
        return stage == 1
                ? training.stage1(stage1, 2, from, listener)
                : training.stage2(stage2, 0.1, from, listener);
    }

    @Test
    void fromAnyStepOfEitherStageItGoesOnBitByBit() {
        for (int stage : new int[] {1, 2}) {
            List<Path> files = new ArrayList<>();
            Training.End whole =
                    run(
                            stage,
                            begin(stage),
                            p -> {
                                files.add(folder.resolve(stage + "-" + files.size()));
                                p.state().write(files.get(files.size() - 1));
                            });
            assertEquals(STEPS, files.size());
            for (Path file : files) {
                Training.End resumed = run(stage, State.read(file), p -> {});
                assertArrayEquals(whole.values(), resumed.values());
                assertArrayEquals(whole.losses(), resumed.losses());
            }
        }
    }

    @Test
    void anInterruptSavesAndCancels() {
        for (int stage : new int[] {1, 2}) {
            Training.End whole = run(stage, begin(stage), p -> {});
            Path file = folder.resolve("interrupted");
            List<Boolean> ends = new ArrayList<>();
            CancellationException e =
                    assertThrows(
                            CancellationException.class,
                            () ->
                                    run(
                                            stage,
                                            begin(stage),
                                            p -> {
                                                ends.add(p.ends());
                                                if (p.ends()) {
                                                    p.state().write(file);
                                                }
                                                if (p.step().step() == 3) {
                                                    Thread.currentThread().interrupt();
                                                }
                                            }));
            assertEquals("stopped after step 4 of stage " + stage, e.getMessage());
            assertEquals(List.of(false, false, false, true), ends);
            assertFalse(Thread.interrupted());
            assertEquals(4, State.read(file).step());
            assertArrayEquals(whole.values(), run(stage, State.read(file), p -> {}).values());
        }
    }

    @Test
    void aStopThatIsAskedForIsLikeAnInterrupt() {
        Trainer.Listener listener =
                new Trainer.Listener() {
                    @Override
                    public void stepped(Trainer.Progress progress) {
                        assertTrue(progress.ends());
                    }

                    @Override
                    public boolean stopAsked() {
                        return true;
                    }
                };
        assertEquals(
                "stopped after step 1 of stage 1",
                assertThrows(CancellationException.class, () -> run(1, begin(1), listener))
                        .getMessage());
    }

    @Test
    void aLossThatIsNoNumberEndsItAndTheLastCheckpointStays() {
        Schedule wild = new Schedule(1e30, 0, Shape.CONSTANT, STEPS);
        Trainer.Settings settings =
                new Trainer.Settings(1, wild, AdamW.Settings.defaults(), 0, Optional.empty());
        Path file = folder.resolve("state");
        IllegalStateException e =
                assertThrows(
                        IllegalStateException.class,
                        () -> training.stage1(settings, 4, begin(1), p -> p.state().write(file)));
        assertEquals(
                "loss must be a finite number, but is: NaN at step 2 of stage 1; try a lower"
                        + " learning rate, or precision f32",
                e.getMessage());
        assertTrue(Files.exists(file));
        assertEquals(1, State.read(file).step());
    }

    @Test
    void aStateOfSomethingElseIsRefused() {
        Path adapter = Fixture.resource("parity/final/adapter_model.safetensors");
        assertEquals(
                adapter + " must be a checkpoint of a run, but is without: stage",
                assertThrows(IllegalArgumentException.class, () -> State.read(adapter))
                        .getMessage());
    }
}

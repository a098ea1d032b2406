package dev.ila.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.data.Batch;
import dev.ila.data.Batches;
import dev.ila.data.Conversations;
import dev.ila.data.Dataset;
import dev.ila.data.Demo;
import dev.ila.data.Supervision;
import dev.ila.data.Tokenizer;
import dev.ila.delta.LoraConfig;
import dev.ila.delta.LoraLayout;
import dev.ila.model.Checkpoint;
import dev.ila.model.LanguageModel;
import dev.ila.search.Ila;
import dev.ila.train.History;
import dev.ila.train.Schedule;
import dev.ila.train.State;
import dev.ila.train.Trainable;
import dev.ila.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training holds no more after many steps than after few. */
class NativeMemoryTest {
    private static final Compute F32 = new Compute("cpu", Precision.F32, 2, false);

    @TempDir Path directory;

    @Test
    void asManyArraysLiveAfterTenStepsAsAfterAHundred() {
        Dimensions d = SmallNetwork.dimensions(true);
        Batch batch = SmallNetwork.batch(d.vocabulary());
        try (Network n = SmallNetwork.make(d, F32)) {
            for (Change change :
                    List.of(SmallNetwork.factors(n, 0.2), SmallNetwork.difference(n))) {
                DeviceVector s = n.vector(new float[d.layers()]);
                for (int stage = 1; stage <= 2; stage++) {
                    TreeMap<Integer, Long> live = new TreeMap<>();
                    train(
                            n,
                            stage,
                            what(n, stage, change, s),
                            step -> List.of(batch),
                            100,
                            step -> live.put(step, (long) n.liveArrays()));
                    assertEquals(live.get(10), live.get(100), "stage " + stage);
                }
            }
        }
    }

    /**
     * On the model and the data that come with the library, after as many to warm up: Java compiles
     * for some seconds, and the heaps take their shape in the first 300 steps or so.
     */
    @Test
    @Tag("slow")
    void residentMemoryIsFlatOverFiveHundredSteps() {
        Path demo = Demo.extract(directory);
        Checkpoint checkpoint = Checkpoint.open(demo);
        Batches batches = new Batches(examples(demo).examples(), 2, 2, 1);
        try (LanguageModel model = LanguageModel.load(checkpoint, F32)) {
            LoraLayout layout = LoraLayout.of(model.layers(), LoraConfig.defaults());
            Network n = model.network();
            IntStream layers = IntStream.range(0, model.layers().size());
            List<Integer> ranks = layers.map(layout::rank).boxed().toList();
            List<Double> scales =
                    model.layers().stream().map(l -> layout.scale(l.index())).toList();
            Change change = new Change.Factors(n.vector(layout.initial(1)), ranks, scales);
            DeviceVector s = n.vector(new float[model.layers().size()]);
            for (int stage = 1; stage <= 2; stage++) {
                TreeMap<Integer, Long> resident = new TreeMap<>();
                train(
                        n,
                        stage,
                        what(n, stage, change, s),
                        step -> batches.step(step),
                        1000,
                        step -> resident.put(step, step % 500 == 0 ? resident() : 0));
                long growth = resident.get(1000) - resident.get(500);
                assertTrue(growth <= 16 << 20, "stage " + stage + " grew by " + growth);
            }
        }
    }

    private interface Measure {
        void after(int step);
    }

    private static Trainable what(Network n, int stage, Change change, DeviceVector s) {
        return stage == 1
                ? Ila.stage1(n, change)
                : Ila.stage2(change, s, Ila.MaskSettings.defaults());
    }

    private static void train(
            Network n,
            int stage,
            Trainable what,
            IntFunction<List<Batch>> batches,
            int steps,
            Measure measure) {
        Schedule schedule = new Schedule(1e-3, 0, Schedule.Shape.CONSTANT, steps);
        AdamW.Settings adam = AdamW.Settings.defaults();
        Trainer.Settings settings =
                new Trainer.Settings(stage, schedule, adam, 0, Optional.empty());
        State from = State.start(stage, what.values().values(), new History(List.of()));
        new Trainer(n, what, settings)
                .run(batches, List.of(), from, p -> measure.after(p.step().step()));
    }

    private static Dataset examples(Path demo) {
        try (Tokenizer tokenizer = Tokenizer.load(demo)) {
            Conversations.Loaded read =
                    Conversations.read(demo.resolve("terse.json"), Optional.empty());
            return Dataset.of(read, new Supervision(tokenizer), 128);
        }
    }

    /** VmRSS of this process in bytes, by Linux. */
    private static long resident() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("resident memory must be known by /proc", e);
        }
        throw new IllegalStateException("/proc/self/status must have a line VmRSS, but has none");
    }
}

package dev.ila.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.data.Batch;
import dev.ila.search.Ila;
import dev.ila.train.History;
import dev.ila.train.Schedule;
import dev.ila.train.State;
import dev.ila.train.Trainable;
import dev.ila.train.Trainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntFunction;
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
     * On the model and the data that come with the library, in a process of its own. Its heap is
     * touched before the first step, since pages that Java writes to for the first time are Java's
     * (20 MB in 100 steps), and its second compiler is off, which takes up to 24 MB of the first
     * 400 steps while it works.
     */
    @Test
    @Tag("slow")
    void residentMemoryIsFlatOverFiveHundredSteps() throws Exception {
        Path out = directory.resolve("out");
        ProcessBuilder child = Child.java(ResidentProbe.class, "-Xms128m", directory.toString());
        child.command()
                .addAll(
                        1,
                        List.of(
                                "-Xmx128m",
                                "-XX:+AlwaysPreTouch",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1"));
        // Whatever starts the tests: with glibc's allocator as it is.
        child.environment().keySet().removeIf(name -> name.startsWith("MALLOC_"));
        Process process = child.redirectErrorStream(true).redirectOutput(out.toFile()).start();
        String text = process.waitFor() + "\n" + Files.readString(out);
        assertTrue(text.startsWith("0\n"), text);
        for (String line : text.lines().skip(1).toList()) {
            long growth = Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
            assertTrue(growth <= 16 << 20, text);
        }
        assertEquals(3, text.lines().count(), text);
    }

    interface Measure {
        void after(int step);
    }

    static Trainable what(Network n, int stage, Change change, DeviceVector s) {
        return stage == 1
                ? Ila.stage1(n, change)
                : Ila.stage2(change, s, Ila.MaskSettings.defaults());
    }

    static void train(
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
}

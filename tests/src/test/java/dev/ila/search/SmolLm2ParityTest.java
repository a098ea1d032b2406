package dev.ila.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import dev.ila.data.Example;
import dev.ila.model.LanguageModel;
import dev.ila.rank.Correlation;
import dev.ila.rank.Ranking;
import dev.ila.torch.Precision;
import dev.ila.train.Fixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** Both stages agree with PEFT on SmolLM2-135M, on batches of token ids made here. */
@Tag("model")
class SmolLm2ParityTest {
    private static final int STEPS = 128;
    private static final int STEPS1 = 12;

    @TempDir static Path folder;

    private static Path smol;
    private static Path batches;
    private static Path one;

    /** Stage 1 by PEFT, from whose adapters everything begins. */
    @BeforeAll
    static void tune() throws Exception {
        smol = Path.of(Python.required("ILA_SMOLLM2"));
        batches = folder.resolve("batches.json");
        one = folder.resolve("one");
        Files.writeString(batches, new Gson().toJson(made()));
        String steps = "--steps=" + STEPS1;
        Python.reference("stage1", smol, batches, one, steps, "--lr=1e-3", "--threads=2");
    }

    /** Rows that repeat a few tokens in a circle, of unlike lengths; the later ones are learned. */
    private static List<List<Map<String, int[]>>> made() {
        SplittableRandom random = new SplittableRandom(11);
        List<List<Map<String, int[]>>> steps = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            List<Map<String, int[]>> rows = new ArrayList<>();
            for (int row = 0; row < 2; row++) {
                int circle = 3 + random.nextInt(6);
                int[] ids = new int[16 + random.nextInt(17)];
                int[] supervised = new int[ids.length];
                for (int t = 0; t < ids.length; t++) {
                    ids[t] = t < circle ? 100 + random.nextInt(20_000) : ids[t - circle];
                    supervised[t] = t < circle ? 0 : 1;
                }
                rows.add(Map.of("ids", ids, "supervised", supervised));
            }
            steps.add(rows);
        }
        return Collections.unmodifiableList(steps);
    }

    @Test
    void stage1FollowsPeftsLossCurve() {
        Parity.Stage1 theirs = Fixture.json(one.resolve("stage1.json"), Parity.Stage1.class);
        try (LanguageModel model = Fixture.model(smol, Precision.F32)) {
            double[] ours =
                    Parity.stage1(model, one.resolve("initial"), Fixture.steps(batches), theirs);
            assertArrayEquals(theirs.losses(), ours, 1e-3);
        }
    }

    @Test
    void stage2FindsPeftsLogitsInF32(TestReporter reporter) throws Exception {
        double spearman = stage2(Precision.F32, "float32", reporter);
        assertTrue(spearman >= 0.999, "Spearman " + spearman);
    }

    @Test
    void stage2FindsPeftsRankingInBf16(TestReporter reporter) throws Exception {
        double spearman = stage2(Precision.BF16, "bfloat16", reporter);
        assertTrue(spearman >= 0.98, "Spearman " + spearman);
    }

    private static double stage2(Precision precision, String dtype, TestReporter reporter)
            throws Exception {
        Path json = folder.resolve(dtype + ".json");
        Path adapter = one.resolve("final");
        Python.reference("stage2", smol, adapter, batches, json, "--dtype=" + dtype, "--threads=2");
        Parity.Stage2 theirs = Fixture.json(json, Parity.Stage2.class);
        List<List<Example>> steps = Fixture.steps(batches);
        try (LanguageModel model = Fixture.model(smol, precision)) {
            Parity.Ours ours = Parity.stage2(model, adapter, steps, theirs);
            double[] s = theirs.s(model.layers());
            double[] gain = theirs.gain(model.layers());
            double spearman = spearman(model, s, ours.s());
            reporter.publishEntry(
                    dtype,
                    "std(s) %.3f, Spearman of s %.5f, of the plain gradient %.5f"
                            .formatted(
                                    Parity.deviation(s),
                                    spearman,
                                    spearman(model, gain, ours.gain())));
            if (precision == Precision.F32) {
                assertTrue(Parity.deviation(s) >= 0.1, "std(s) " + Parity.deviation(s));
                Parity.assertClose(s, ours.s());
            }
            return spearman;
        }
    }

    private static double spearman(LanguageModel model, double[] a, double[] b) {
        return Correlation.spearman(
                Ranking.ofMask(model.layers(), a), Ranking.ofMask(model.layers(), b));
    }
}

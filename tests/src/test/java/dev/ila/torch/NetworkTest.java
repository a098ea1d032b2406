package dev.ila.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.EngineException;
import dev.ila.data.Batch;
import dev.ila.torch.Network.Want;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The hand-derived backward against autograd, and the laws of the mask. */
class NetworkTest {
    private static final int THREADS = 2;
    private static final int QUERIES = Network.QUERIES;
    private static final Variant.Gemma GEMMA =
            new Variant.Gemma(
                    true,
                    true,
                    OptionalDouble.of(5),
                    OptionalDouble.of(3),
                    OptionalDouble.of(4),
                    OptionalDouble.of(30));

    private static Compute f32(boolean recompute) {
        return new Compute("cpu", Precision.F32, THREADS, recompute);
    }

    @ParameterizedTest
    @CsvSource({
        "true,false,factors",
        "false,false,factors",
        "true,true,factors",
        "true,false,difference",
        "false,true,difference",
        "true,false,whole",
        "false,true,whole",
        "true,false,part of one",
        "false,true,part of one"
    })
    void gradientsAreThoseOfAutograd(boolean tied, boolean recompute, String kind) {
        gradientsAreThoseOfAutograd(SmallNetwork.dimensions(tied), recompute, kind, QUERIES);
    }

    /**
     * Windows that end within a piece of queries and over several of them, biases, norms of heads.
     */
    @ParameterizedTest
    @CsvSource({
        "bias,false,factors,128",
        "norms,true,factors,128",
        "norms,false,difference,4",
        "window,false,factors,128",
        "window,true,difference,4",
        "all,false,factors,3",
        "all,true,whole,128",
        "all,false,factors,0",
        "gemma,false,factors,128",
        "gemma,true,difference,3",
        "gemma,false,whole,128"
    })
    void gradientsOfVariantsAreThoseOfAutograd(
            String variant, boolean recompute, String kind, int queries) {
        boolean all = variant.equals("all");
        Dimensions d =
                SmallNetwork.dimensions(
                        new Variant(
                                all || variant.equals("bias"),
                                all || variant.equals("norms"),
                                all || !variant.matches("bias|norms")
                                        ? List.of(5, 0, 9)
                                        : List.of(),
                                variant.equals("gemma") ? GEMMA : Variant.Gemma.NONE));
        gradientsAreThoseOfAutograd(d, recompute, kind, queries);
    }

    private static void gradientsAreThoseOfAutograd(
            Dimensions d, boolean recompute, String kind, int queries) {
        try (Network n = SmallNetwork.make(d, f32(recompute), queries)) {
            Change change =
                    switch (kind) {
                        case "factors" -> SmallNetwork.factors(n, 0.2);
                        case "difference" -> SmallNetwork.difference(n);
                        case "whole" -> SmallNetwork.whole(n, Set.of(0, 1, 2));
                        default -> SmallNetwork.difference(n, Set.of(0, 2, 3, 8, 12, 13, 20));
                    };
            Batch batch = SmallNetwork.batch(d.vocabulary());
            float[] gamma = SmallNetwork.gamma(d.layers());
            double weight = 1.0 / batch.labels().length;
            for (Want want : new Want[] {Want.CHANGE_GRADIENT, Want.MASK_GRADIENT}) {
                int size = want == Want.MASK_GRADIENT ? d.layers() : change.values().size();
                DeviceVector ours = n.vector(new float[size]);
                DeviceVector theirs = n.vector(new float[size]);
                float[] loss = n.step(batch, change, gamma, want, ours, weight);
                float[] reference = n.referenceStep(batch, change, gamma, want, theirs, weight);
                assertArrayEquals(reference, loss, 1e-4f);
                assertTrue(norm(theirs.values()) > 0.01);
                assertEquals(0, distance(ours.values(), theirs.values()), 2e-5);
                float[] alone = n.step(batch, change, gamma, Want.LOSS, ours, weight);
                assertArrayEquals(loss, alone);
            }
        }
    }

    /** Those of the blocks that are left out are not there, and the others are the same. */
    @ParameterizedTest
    @CsvSource({"true,false", "false,true"})
    void gradientsOfSomeBlocksAreThoseAmongAll(boolean tied, boolean recompute) {
        Dimensions d = SmallNetwork.dimensions(tied);
        try (Network n = SmallNetwork.make(d, f32(recompute))) {
            Change.Whole all = SmallNetwork.whole(n, Set.of(0, 1, 2));
            Change.Whole some = new Change.Whole(all.values(), Set.of(0, 2));
            float[] whole = gradient(n, all, all.values().size());
            int block = (int) d.block();
            float[] part = gradient(n, some, whole.length - block);
            int before = (int) some.gradientStart(d, 1);
            assertArrayEquals(
                    Arrays.copyOfRange(whole, 0, before), Arrays.copyOfRange(part, 0, before));
            assertArrayEquals(
                    Arrays.copyOfRange(whole, before + block, whole.length),
                    Arrays.copyOfRange(part, before, part.length));
        }
    }

    private static float[] gradient(Network n, Change change, int size) {
        DeviceVector gradient = n.vector(new float[size]);
        Batch batch = SmallNetwork.batch(n.dimensions().vocabulary());
        float[] gamma = SmallNetwork.gamma(n.dimensions().layers());
        n.step(batch, change, gamma, Want.CHANGE_GRADIENT, gradient, 0.1);
        return gradient.values();
    }

    /**
     * A layer's columns beside the weights move with the ranks of others: none may be left behind.
     */
    @Test
    void aChangeOfOtherRanksLeavesNothingToTheNext() {
        Dimensions d = SmallNetwork.dimensions(true);
        Batch batch = SmallNetwork.batch(d.vocabulary());
        float[] gamma = SmallNetwork.gamma(d.layers());
        try (Network used = SmallNetwork.make(d, f32(false));
                Network fresh = SmallNetwork.make(d, f32(false))) {
            DeviceVector unused = used.vector(new float[1]);
            Change some = SmallNetwork.factors(used, 0.2, i -> i % 7 == 2 ? 3 : 0);
            used.step(batch, some, gamma, Want.LOSS, unused, 0);
            Change all = SmallNetwork.factors(used, 0.2);
            float[] after = used.step(batch, all, gamma, Want.LOSS, unused, 0);
            Change same = SmallNetwork.factors(fresh, 0.2);
            assertArrayEquals(
                    fresh.step(batch, same, gamma, Want.LOSS, fresh.vector(new float[1]), 0),
                    after);
        }
    }

    /** PyTorch's own attention, as on a GPU: the same on the CPU, and the same as ours. */
    @ParameterizedTest
    @CsvSource({"F32,false,3e-5", "F32,true,3e-5", "BF16,false,0"})
    void fusedAttentionHasTheSameGradients(Precision precision, boolean recompute, double most) {
        Dimensions d = SmallNetwork.dimensions(false);
        Compute compute = new Compute("cpu", precision, THREADS, recompute, precision);
        float[] exact = gradient(d, f32(false), Network.QUERIES);
        double fused = distance(gradient(d, compute, Network.FUSED), exact);
        double own = distance(gradient(d, compute, 4), exact);
        assertTrue(norm(exact) > 0.01);
        assertTrue(fused < Math.max(most, 2 * own), fused + " against " + own);
    }

    private static float[] gradient(Dimensions d, Compute compute, int queries) {
        try (Network n = SmallNetwork.make(d, compute, queries)) {
            Change change = SmallNetwork.factors(n, 0.2);
            Batch batch = SmallNetwork.batch(d.vocabulary());
            DeviceVector gradient = n.vector(new float[change.values().size()]);
            float[] gamma = SmallNetwork.gamma(d.layers());
            n.step(batch, change, gamma, Want.CHANGE_GRADIENT, gradient, 0.1);
            return gradient.values();
        }
    }

    /** The way back ends at the first of them, and passes through those without a change. */
    @ParameterizedTest
    @CsvSource({"1,1,false", "2,2,false", "2,2,true", "0,0,false", "0,2,true"})
    void onlyBlocksWithAChangeLearn(int one, int other, boolean recompute) {
        Dimensions d = SmallNetwork.dimensions(false);
        try (Network n = SmallNetwork.make(d, f32(recompute))) {
            IntPredicate in = i -> i / 7 == one || i / 7 == other;
            Batch batch = SmallNetwork.batch(d.vocabulary());
            float[] gamma = SmallNetwork.gamma(d.layers());
            Set<Integer> frozen =
                    IntStream.range(0, d.layers())
                            .filter(in.negate())
                            .boxed()
                            .collect(Collectors.toSet());
            for (Change change :
                    List.of(
                            SmallNetwork.factors(n, 0.2, i -> in.test(i) ? 1 + i % 3 : 0),
                            SmallNetwork.difference(n, frozen))) {
                for (Want want : new Want[] {Want.CHANGE_GRADIENT, Want.MASK_GRADIENT}) {
                    int size = want == Want.MASK_GRADIENT ? d.layers() : change.values().size();
                    DeviceVector ours = n.vector(new float[size]);
                    DeviceVector theirs = n.vector(new float[size]);
                    n.step(batch, change, gamma, want, ours, 0.1);
                    n.referenceStep(batch, change, gamma, want, theirs, 0.1);
                    assertEquals(0, distance(ours.values(), theirs.values()), 2e-5);
                }
            }
        }
    }

    @Test
    void wantOfMemoryNamesTheSettingToLower() {
        EngineException full =
                new EngineException("DefaultCPUAllocator: can't allocate memory: you tried ...");
        assertEquals(
                "memory of cpu must hold a micro-batch of 1 × 9,000 tokens, but is full; lower"
                        + " --max-length or give --recompute",
                f32(false).told(full, 1, 9_000).getMessage());
        EngineException cuda = new EngineException("CUDA out of memory. Tried to allocate ...");
        assertEquals(
                "memory of cpu must hold a micro-batch of 8 × 300 tokens, but is full; lower"
                        + " --micro-batch",
                f32(true).told(cuda, 8, 300).getMessage());
        EngineException other = new EngineException("sizes differ");
        assertSame(other, f32(true).told(other, 8, 300));
    }

    /** Without it a tensor is made on the CPU, and on a GPU the program stops there. */
    @Test
    void everyTensorThatTheProgramMakesNamesItsDevice() throws Exception {
        try (InputStream program = Network.class.getResourceAsStream("program.py")) {
            String text = new String(program.readAllBytes(), StandardCharsets.UTF_8);
            List<String> made =
                    text.lines()
                            .filter(
                                    l ->
                                            l.matches(
                                                    ".*\\b(zeros|ones|empty|full|arange|tensor)\\(.*"))
                            .toList();
            assertTrue(made.size() > 8, made.toString());
            assertEquals(List.of(), made.stream().filter(l -> !l.contains("device=")).toList());
        }
    }

    @Test
    void withNativesForTheCpuThatIsTheDefault() {
        assertEquals("cpu", Compute.defaultDevice());
    }

    @Test
    void gradientsAdd() {
        Dimensions d = SmallNetwork.dimensions(true);
        try (Network n = SmallNetwork.make(d, f32(false))) {
            Change change = SmallNetwork.factors(n, 0.2);
            Batch batch = SmallNetwork.batch(d.vocabulary());
            float[] gamma = SmallNetwork.gamma(d.layers());
            DeviceVector gradient = n.vector(new float[change.values().size()]);
            n.step(batch, change, gamma, Want.CHANGE_GRADIENT, gradient, 0.1);
            float[] once = gradient.values();
            n.step(batch, change, gamma, Want.CHANGE_GRADIENT, gradient, 0.1);
            for (int i = 0; i < once.length; i++) {
                once[i] *= 2;
            }
            assertArrayEquals(once, gradient.values(), 1e-6f);
        }
    }

    static double norm(float[] x) {
        double sum = 0;
        for (float v : x) {
            sum += (double) v * v;
        }
        return Math.sqrt(sum);
    }

    static double distance(float[] x, float[] y) {
        float[] d = x.clone();
        for (int i = 0; i < d.length; i++) {
            d[i] -= y[i];
        }
        return norm(d) / norm(y);
    }

    static float[] ones(int n) {
        float[] x = new float[n];
        Arrays.fill(x, 1f);
        return x;
    }
}

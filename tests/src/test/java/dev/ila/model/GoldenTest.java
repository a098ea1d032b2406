package dev.ila.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ila.data.Example;
import dev.ila.torch.Compute;
import dev.ila.torch.Precision;
import dev.ila.torch.Texts;
import dev.ila.train.Fixture;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Logits, loss and gradients are those of transformers and PEFT. */
class GoldenTest {
    /** ‖a − b‖ / ‖b‖ of each tensor in f32. */
    private static final double BAR = 1e-4;

    private static final Compute BF16_BY_F32 =
            new Compute("cpu", Precision.BF16, 2, false, Precision.F32);
    private static final Compute BF16_BY_BF16 =
            new Compute("cpu", Precision.BF16, 2, false, Precision.BF16);

    private static List<String> families() {
        return List.of(
                "tied",
                "separate",
                "llama3",
                "mistral",
                "window",
                "qwen2",
                "qwen3",
                "gemma",
                "gemma2",
                "gemma3");
    }

    @ParameterizedTest
    @CsvSource({
        "tied,false",
        "tied,true",
        "separate,false",
        "separate,true",
        "llama3,false",
        "llama3,true",
        "mistral,false",
        "window,false",
        "window,true",
        "qwen2,false",
        "qwen2,true",
        "qwen3,false",
        "qwen3,true",
        "gemma,false",
        "gemma,true",
        "gemma2,false",
        "gemma2,true",
        "gemma3,false",
        "gemma3,true"
    })
    void inF32EachTensorAgrees(String name, boolean recompute) {
        Golden golden = Golden.of(name);
        List<String> wrong = new ArrayList<>();
        try (LanguageModel model = golden.load(Golden.compute(Precision.F32, recompute))) {
            Map<String, float[]> ours = golden.outputs(model);
            ours.putAll(golden.gradients(model, golden.batches().get(0)));
            assertEquals(5 + 3 * model.layers().size(), ours.size());
            ours.forEach(
                    (tensor, values) -> {
                        double distance = Golden.distance(values, golden.theirs().floats(tensor));
                        if (!(distance <= BAR)) {
                            wrong.add(tensor + ": " + distance);
                        }
                    });
        }
        assertEquals(List.of(), wrong);
    }

    /** Rows of unlike lengths, side by side and token by token, with the adapter. */
    @ParameterizedTest
    @MethodSource("families")
    void greedyTokensAreTransformers(String name) {
        Golden golden = Golden.of(name);
        int[][] wanted =
                Fixture.json(Fixture.resource("golden/" + name + "/greedy.json"), int[][].class);
        List<Example> rows = golden.examples(golden.ids(), golden.theirs().longs("supervised"));
        try (LanguageModel model = golden.load(Golden.compute(Precision.F32, false));
                Texts texts = model.network().texts(golden.factors(model), rows.size(), 60)) {
            int[][] read =
                    rows.stream()
                            .map(r -> IntStream.range(0, r.length()).map(r::id).toArray())
                            .toArray(int[][]::new);
            for (int step = 0; step < wanted[0].length; step++) {
                int[] next = texts.next(read);
                for (int row = 0; row < next.length; row++) {
                    assertEquals(wanted[row][step], next[row], name + " " + row + " " + step);
                    read[row] = new int[] {next[row]};
                }
            }
        }
    }

    /**
     * With products in f32, and on a single batch; but for the loss, one number, whose error is
     * luck.
     */
    @ParameterizedTest
    @MethodSource("families")
    void inBf16TheErrorIsAtMostTwiceTheReferences(String name) {
        Golden golden = Golden.of(name);
        List<String> wrong = new ArrayList<>();
        try (LanguageModel exact = golden.load(Golden.compute(Precision.F32, false));
                LanguageModel model = golden.load(BF16_BY_F32)) {
            Map<String, float[]> right = golden.outputs(exact);
            Map<String, float[]> ours = golden.outputs(model);
            right.putAll(golden.gradients(exact, golden.batches().get(0)));
            ours.putAll(golden.gradients(model, golden.batches().get(0)));
            assertEquals(5 + 3 * model.layers().size(), ours.size());
            ours.remove("loss_masked");
            ours.forEach(
                    (t, x) ->
                            check(t, x, golden.theirs().floats("bf16." + t), right.get(t), wrong));
        }
        assertEquals(List.of(), wrong);
    }

    /**
     * With products in bf16, over eight batches together where the fixture has them: a tensor's
     * error is then mostly what the forward pass rounded before it, with few degrees of freedom, so
     * that on a single batch the error of ∂L/∂γ is now half of the reference's, now three times it.
     */
    @ParameterizedTest
    @MethodSource("families")
    void withProductsInBf16TheErrorOverBatchesIsAtMostTwiceTheReferences(String name) {
        Golden golden = Golden.of(name);
        List<String> wrong = new ArrayList<>();
        try (LanguageModel exact = golden.load(Golden.compute(Precision.F32, false));
                LanguageModel model = golden.load(BF16_BY_BF16)) {
            Map<String, float[]> right = golden.all(exact);
            golden.all(model).forEach((t, x) -> check(t, x, golden.bf16(t), right.get(t), wrong));
        }
        assertEquals(List.of(), wrong);
    }

    /** What is exact is computed in f32, which agrees with the reference to 1e-5. */
    private static void check(
            String tensor, float[] ours, float[] theirs, float[] exact, List<String> wrong) {
        double bar = 2 * Golden.distance(theirs, exact);
        double distance = Golden.distance(ours, exact);
        if (!(distance <= bar)) {
            wrong.add(tensor + ": " + distance + " above " + bar);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "tied,F32",
        "separate,F32",
        "llama3,F32",
        "tied,BF16",
        "separate,BF16",
        "llama3,BF16",
        "window,F32",
        "window,BF16",
        "qwen2,F32",
        "qwen2,BF16",
        "qwen3,F32",
        "qwen3,BF16",
        "gemma,F32",
        "gemma,BF16",
        "gemma2,F32",
        "gemma2,BF16",
        "gemma3,F32",
        "gemma3,BF16"
    })
    void inBf16RecomputationChangesNoBit(String name, Precision products) {
        Golden golden = Golden.of(name);
        List<Map<String, float[]>> found = new ArrayList<>();
        for (boolean recompute : new boolean[] {false, true}) {
            Compute compute = new Compute("cpu", Precision.BF16, 2, recompute, products);
            try (LanguageModel model = golden.load(compute)) {
                found.add(golden.gradients(model, golden.batches().get(0)));
            }
        }
        found.get(0).forEach((tensor, x) -> assertArrayEquals(x, found.get(1).get(tensor), tensor));
    }
}

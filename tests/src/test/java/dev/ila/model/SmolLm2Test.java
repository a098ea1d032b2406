package dev.ila.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import dev.ila.data.Tokenizer;
import dev.ila.eval.Answers;
import dev.ila.torch.Change;
import dev.ila.torch.Child;
import dev.ila.torch.Network;
import dev.ila.torch.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A real model computes what transformers computes, and takes no more memory than it must. */
@Tag("model")
class SmolLm2Test {
    @TempDir Path directory;

    /** The file is made by tests/fixtures/smollm2_golden.py. */
    @Test
    void greedyTextAndLogitsAreThoseOfTransformers() throws Exception {
        String text = Files.readString(path("ILA_SMOLLM2_GOLDEN"));
        List<Greedy> prompts = new Gson().fromJson(text, Prompts.class).prompts();
        assertTrue(prompts.size() >= 3);
        Path smolLm2 = path("ILA_SMOLLM2");
        try (LanguageModel model =
                        LanguageModel.load(
                                Checkpoint.open(smolLm2), Golden.compute(Precision.F32, false));
                Tokenizer tokenizer = Tokenizer.load(smolLm2)) {
            Network n = model.network();
            Change none = Change.none(n);
            for (Greedy prompt : prompts) {
                long[] ids = prompt.ids().clone();
                for (int step = 0; step < prompt.continuation().length; step++) {
                    float[] logits = next(n, none, ids);
                    if (step == 0) {
                        float[] ours = new float[prompt.top_ids().length];
                        for (int i = 0; i < ours.length; i++) {
                            ours[i] = logits[prompt.top_ids()[i]];
                        }
                        assertTrue(Golden.distance(ours, prompt.top_logits()) <= 1e-4);
                    }
                    ids = Arrays.copyOf(ids, ids.length + 1);
                    ids[ids.length - 1] = best(logits);
                }
                int[] said =
                        Arrays.stream(ids)
                                .skip(prompt.ids().length)
                                .mapToInt(i -> (int) i)
                                .toArray();
                assertArrayEquals(prompt.continuation(), said, prompt.prompt());
                assertEquals(prompt.text(), tokenizer.decode(said));
            }
        }
    }

    @Test
    void answersSideBySideAreThoseOfTransformers() throws Exception {
        String text = Files.readString(path("ILA_SMOLLM2_GOLDEN"));
        List<Greedy> prompts = new Gson().fromJson(text, Prompts.class).prompts();
        List<int[]> ids =
                prompts.stream()
                        .map(p -> Arrays.stream(p.ids()).mapToInt(i -> (int) i).toArray())
                        .toList();
        int most = prompts.stream().mapToInt(p -> p.continuation().length).max().orElseThrow();
        try (LanguageModel model =
                LanguageModel.load(
                        Checkpoint.open(path("ILA_SMOLLM2")),
                        Golden.compute(Precision.F32, false))) {
            Change none = Change.none(model.network());
            List<int[]> said = Answers.greedy(model, none, ids, most, t -> false);
            for (int i = 0; i < said.size(); i++) {
                int[] wanted = prompts.get(i).continuation();
                assertArrayEquals(wanted, Arrays.copyOf(said.get(i), wanted.length));
            }
        }
    }

    /** At most one copy in compute precision, and a fifth for what is on its way to it. */
    @ParameterizedTest
    @CsvSource({"F32,4", "BF16,2"})
    void loadingTakesLittleMoreThanTheWeights(Precision precision, int bytes) throws Exception {
        Path smolLm2 = path("ILA_SMOLLM2");
        long weights =
                Checkpoint.open(smolLm2).tensors().values().stream()
                        .mapToLong(t -> t.info().count() * bytes)
                        .sum();
        Path out = directory.resolve("out");
        Process process =
                Child.java(Loading.class, "-Xmx256m", smolLm2.toString(), precision.name())
                        .redirectOutput(out.toFile())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        assertTrue(process.waitFor(300, TimeUnit.SECONDS));
        String[] said = Files.readString(out).strip().split(" ");
        assertEquals("210", said[0]);
        double ratio = Long.parseLong(said[1]) / (double) weights;
        assertTrue(ratio > 0.9 && ratio <= 1.2, "peak over weights is " + ratio);
    }

    private static float[] next(Network n, Change none, long[] ids) {
        float[] gamma = new float[n.dimensions().layers()];
        return n.logits(ids, 1, new long[] {ids.length - 1}, none, gamma);
    }

    private static int best(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    private static Path path(String variable) {
        String value = System.getenv(variable);
        assertTrue(
                value != null && Files.exists(Path.of(value)),
                variable + " must be an existing path for this tier of tests, but is: " + value);
        return Path.of(value);
    }

    /** As the file names them. */
    private record Greedy(
            String prompt,
            long[] ids,
            int[] top_ids,
            float[] top_logits,
            int[] continuation,
            String text) {}

    private record Prompts(List<Greedy> prompts) {}
}

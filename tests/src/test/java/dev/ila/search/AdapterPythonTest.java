package dev.ila.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import dev.ila.data.Demo;
import dev.ila.model.LanguageModel;
import dev.ila.model.Safetensors;
import dev.ila.run.RunDirectory;
import dev.ila.torch.Change;
import dev.ila.torch.Compute;
import dev.ila.torch.Precision;
import dev.ila.train.Fixture;
import dev.ila.train.Schedule;
import dev.ila.train.Stability;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PEFT loads the adapter that a run keeps, and computes the same with it. */
@Tag("python")
class AdapterPythonTest {
    private static final int LENGTH = 24;

    @TempDir Path folder;

    @Test
    void peftGivesTheSameLogitsWithARunsAdapter() throws Exception {
        Path run = run(new Delta.Lora(4, 8, List.of("all-linear")), 10);
        assertSameLogits(run.resolve("adapter"), run.resolve("adapter"), 0.1);
        assertFalse(Files.exists(run.resolve("adalora")));
    }

    /** A run with AdaLoRA keeps the same change twice, as either kind of PEFT's adapters. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "all-linear",
                "model.layers.3.self_attn.q_proj,model.layers.5.mlp.down_proj,6.mlp.up_proj,v_proj"
            })
    void peftGivesTheSameLogitsWithARunsAdaLora(String targets) throws Exception {
        List<String> tuned = List.of(targets.split(","));
        Path run = run(new Delta.AdaLora(3, 5, 10, tuned, false), 30);
        JsonObject config =
                Fixture.json(run.resolve("adalora/adapter_config.json"), JsonObject.class);
        assertEquals("ADALORA", config.get("peft_type").getAsString());
        assertEquals(5, config.get("init_r").getAsInt());
        assertEquals(3, config.get("target_r").getAsInt());
        assertEquals(10, config.get("lora_alpha").getAsInt());
        assertSameLogits(run.resolve("adapter"), run.resolve("adalora"), 0.02);
        assertSameLogits(run.resolve("adalora"), run.resolve("adalora"), 0.02);
        assertSameLogits(run.resolve("adapter"), run.resolve("adapter"), 0.02);
    }

    private Path run(Delta delta, int steps) {
        Path path = folder.resolve("run");
        try (RunDirectory run = RunDirectory.create(path)) {
            Search.start(
                    settings(Demo.extract(folder), delta, steps), run, new Search.Observer() {});
        }
        return path;
    }

    /**
     * What we compute with one adapter and PEFT with another.
     *
     * @param effect that one logit must show at least
     */
    private void assertSameLogits(Path mine, Path pefts, double effect) throws Exception {
        Path demo = Demo.extract(folder);
        long[] ids = new long[2 * LENGTH];
        Arrays.setAll(ids, i -> 5 + 37L * i % 900);
        long[][] rows = {Arrays.copyOf(ids, LENGTH), Arrays.copyOfRange(ids, LENGTH, 2 * LENGTH)};
        Path json = Files.writeString(folder.resolve("ids.json"), new Gson().toJson(rows));
        Path logits = folder.resolve("logits.safetensors");
        Python.reference("logits", demo, pefts, json, logits);
        float[] theirs = Safetensors.open(logits).floats("logits");
        try (LanguageModel model = Fixture.model(demo, Precision.F32)) {
            Change change = Fixture.factors(model, mine);
            long[] positions = new long[ids.length];
            Arrays.setAll(positions, i -> i);
            float[] gamma = new float[model.layers().size()];
            float[] base = model.network().logits(ids, 2, positions, change, gamma);
            Arrays.fill(gamma, 1);
            float[] ours = model.network().logits(ids, 2, positions, change, gamma);
            assertEquals(theirs.length, ours.length);
            assertArrayEquals(theirs, ours, 1e-4f);
            double most = 0;
            for (int i = 0; i < ours.length; i++) {
                most = Math.max(most, Math.abs(ours[i] - base[i]));
            }
            assertTrue(most > effect, "the adapter changes a logit by at most " + most);
        }
    }

    private static SearchSettings settings(Path demo, Delta delta, int steps) {
        // P, Q and λ begin small: their product needs a higher rate than LoRA's.
        double rate = delta instanceof Delta.AdaLora ? 2e-2 : 5e-3;
        return new SearchSettings(
                demo.toString(),
                new SearchSettings.Data(
                        List.of(demo.resolve("terse.json").toString()),
                        "",
                        Map.of(),
                        256,
                        60,
                        4,
                        4,
                        4),
                delta,
                new Compute("cpu", Precision.F32, 2, false),
                1,
                new FineTuning(
                        new Schedule(rate, 0, Schedule.Shape.CONSTANT, steps),
                        0,
                        1,
                        10,
                        Stability.defaults()),
                Ila.MaskSettings.defaults(),
                1);
    }
}

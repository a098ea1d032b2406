package dev.ila.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
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

/** PEFT loads the adapter that a run keeps, and computes the same with it. */
@Tag("python")
class AdapterPythonTest {
    private static final int LENGTH = 24;

    @TempDir Path folder;

    @Test
    void peftGivesTheSameLogitsWithARunsAdapter() throws Exception {
        Path demo = Demo.extract(folder);
        Path adapter = folder.resolve("run/adapter");
        try (RunDirectory run = RunDirectory.create(folder.resolve("run"))) {
            Search.start(settings(demo), run, new Search.Observer() {});
        }
        long[] ids = new long[2 * LENGTH];
        Arrays.setAll(ids, i -> 5 + 37L * i % 900);
        long[][] rows = {Arrays.copyOf(ids, LENGTH), Arrays.copyOfRange(ids, LENGTH, 2 * LENGTH)};
        Path json = Files.writeString(folder.resolve("ids.json"), new Gson().toJson(rows));
        Path logits = folder.resolve("logits.safetensors");
        Python.reference("logits", demo, adapter, json, logits);
        float[] theirs = Safetensors.open(logits).floats("logits");
        try (LanguageModel model = Fixture.model(demo, Precision.F32)) {
            Change change = Fixture.factors(model, adapter);
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
            assertTrue(most > 0.1, "the adapter changes a logit by at most " + most);
        }
    }

    private static SearchSettings settings(Path demo) {
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
                new Delta.Lora(4, 8, List.of("all-linear")),
                new Compute("cpu", Precision.F32, 2, false),
                1,
                new FineTuning(
                        new Schedule(5e-3, 0, Schedule.Shape.CONSTANT, 10),
                        0,
                        1,
                        10,
                        Stability.defaults()),
                Ila.MaskSettings.defaults(),
                1);
    }
}

package dev.ila.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.Gson;
import dev.ila.data.Demo;
import dev.ila.model.Checkpoint;
import dev.ila.model.LanguageModel;
import dev.ila.model.Safetensors;
import dev.ila.run.RunDirectory;
import dev.ila.torch.Change;
import dev.ila.torch.Compute;
import dev.ila.torch.Precision;
import dev.ila.train.Fixture;
import dev.ila.tune.HandOver;
import dev.ila.tune.Merged;
import dev.ila.tune.Selection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** PEFT and TRL train just the layers of a selection; transformers loads a merged model. */
@Tag("python")
class TunePythonTest {
    private static final int LENGTH = 24;

    @TempDir Path folder;

    @ParameterizedTest
    @EnumSource(names = {"PEFT", "PEFT_EXCLUDE", "TRL"})
    void theSnippetTrainsJustTheSelectedLayers(HandOver trainer) throws Exception {
        Path demo = Demo.extract(folder);
        Selection selection = selection(demo);
        Path snippet = Files.writeString(folder.resolve("snippet.py"), trainer.of(selection, 4, 8));
        Path out = folder.resolve("names.json");
        Python.run("tests/fixtures/tune.py", "selected", snippet, demo, out);
        assertEquals(
                selection.names().stream().sorted().toList(),
                List.of(new Gson().fromJson(Files.readString(out), String[].class)));
    }

    @Test
    void transformersComputesTheSameWithTheMergedModel() throws Exception {
        Path demo = Demo.extract(folder);
        SearchSettings settings =
                SearchSettings.embedded().with(new Delta.Lora(4, 8, selection(demo).names()));
        SearchSettings short_ =
                settings.with(settings.data().withBatchSize(4).withLimit(60))
                        .with(new Compute("cpu", Precision.F32, 2, false))
                        .withSteps(10, 2);
        Path run = folder.resolve("run");
        try (RunDirectory directory = RunDirectory.create(run)) {
            Search.start(short_, directory, new Search.Observer() {});
        }
        Path merged = folder.resolve("merged");
        Merged.write(run, merged);
        long[] ids = new long[2 * LENGTH];
        Arrays.setAll(ids, i -> 5 + 37L * i % 900);
        long[][] rows = {Arrays.copyOf(ids, LENGTH), Arrays.copyOfRange(ids, LENGTH, 2 * LENGTH)};
        Path json = Files.writeString(folder.resolve("ids.json"), new Gson().toJson(rows));
        Path logits = folder.resolve("logits.safetensors");
        Python.run("tests/fixtures/tune.py", "merged", merged, json, logits);
        try (LanguageModel model = Fixture.model(merged, Precision.F32)) {
            long[] positions = new long[ids.length];
            Arrays.setAll(positions, i -> i);
            float[] gamma = new float[model.layers().size()];
            float[] ours =
                    model.network().logits(ids, 2, positions, Change.none(model.network()), gamma);
            assertArrayEquals(Safetensors.open(logits).floats("logits"), ours, 1e-4f);
        }
    }

    /** Names where one is the end of another's block number, as 1 and 11 would be. */
    private static Selection selection(Path demo) {
        return Selection.named(
                Checkpoint.open(demo).layers(),
                List.of(
                        "1.mlp.up_proj",
                        "7.self_attn.q_proj",
                        "3.self_attn.v_proj",
                        "0.mlp.down_proj"));
    }
}

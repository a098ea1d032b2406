package dev.ila.tune;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.data.Demo;
import dev.ila.delta.LoraConfig;
import dev.ila.model.Checkpoint;
import dev.ila.model.LinearLayer;
import dev.ila.model.StoredTensor;
import dev.ila.run.RunDirectory;
import dev.ila.search.Delta;
import dev.ila.search.DeltaTheta;
import dev.ila.search.Search;
import dev.ila.search.SearchSettings;
import dev.ila.torch.Compute;
import dev.ila.torch.Precision;
import dev.ila.train.Schedule;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Selective fine-tuning of the embedded model: what is frozen is frozen, in the merged model too.
 */
class MergedTest {
    private static final List<String> NAMES = List.of("2.mlp.up_proj", "5.self_attn.o_proj");

    @TempDir static Path folder;
    private static Checkpoint base;

    @BeforeAll
    static void extract() {
        base = Checkpoint.open(Demo.extract(folder));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void onlyTheChosenLayersAreOtherThanBefore(boolean full) {
        Selection selection = Selection.named(base.layers(), NAMES);
        SearchSettings usual = SearchSettings.embedded();
        SearchSettings settings =
                usual.with(
                                full
                                        ? new Delta.Full(selection.names())
                                        : new Delta.Lora(4, 8, selection.names()))
                        .with(usual.data().withBatchSize(4).withLimit(60))
                        .with(new Compute("cpu", Precision.F32, 2, false))
                        .withSteps(3, 2);
        Path run = folder.resolve("run-" + full);
        try (RunDirectory directory = RunDirectory.create(run)) {
            Search.start(settings, directory, new Search.Observer() {});
        }
        DeltaTheta change = DeltaTheta.read(run, base.layers());
        assertEquals(selection.chosen(), change.changed());
        Path out = folder.resolve("merged-" + full);
        Merged.write(run, out);
        Checkpoint merged = Checkpoint.open(out);
        assertEquals(base.tensors().keySet(), merged.tensors().keySet());
        for (String name : base.tensors().keySet()) {
            boolean chosen = selection.names().contains(name.replaceFirst("\\.weight$", ""));
            assertEquals(
                    !chosen,
                    bytes(base.tensors().get(name)).equals(bytes(merged.tensors().get(name))),
                    name);
        }
        for (LinearLayer layer : selection.chosen()) {
            double[][] before = base.matrix(layer);
            double[][] after = merged.matrix(layer);
            double[][] delta = change.matrix(layer);
            for (int row = 0; row < after.length; row++) {
                for (int column = 0; column < after[row].length; column++) {
                    before[row][column] += delta[row][column];
                }
                // Stored numbers have 8 bits, or more.
                assertArrayEquals(before[row], after[row], 0x1p-8 * 0.5);
            }
        }
        assertTrue(Files.exists(out.resolve("tokenizer.json")));
        assertFalse(Files.exists(out.resolve("polite.json")));
    }

    /** Each tensor is the base's and its change, rounded once; blocks that were not drawn stay. */
    @Test
    void whatLisaLearnedIsInEveryWeight() {
        SearchSettings usual = SearchSettings.embedded();
        SearchSettings settings =
                new SearchSettings(
                        usual.model(),
                        usual.data().withBatchSize(4).withLimit(60),
                        new Delta.Lisa(2, 2),
                        new Compute("cpu", Precision.F32, 2, false),
                        1,
                        usual.stage1().with(new Schedule(2e-2, 0, Schedule.Shape.CONSTANT, 3)),
                        usual.stage2(),
                        1);
        Path run = folder.resolve("run-lisa");
        try (RunDirectory directory = RunDirectory.create(run)) {
            Search.start(settings, directory, new Search.Observer() {});
        }
        Path out = folder.resolve("merged-lisa");
        Merged.write(run, out);
        Checkpoint merged = Checkpoint.open(out);
        assertEquals(base.tensors().keySet(), merged.tensors().keySet());
        DeltaTheta change = DeltaTheta.read(run, base.layers());
        int drawn = change.changed().size();
        assertTrue(drawn >= 14 && drawn <= 28 && drawn % 7 == 0, "" + drawn);
        Map<String, float[]> by = new HashMap<>(change.elsewhere());
        for (LinearLayer layer : base.layers()) {
            double[][] matrix = change.matrix(layer);
            float[] flat = new float[(int) layer.parameters()];
            for (int i = 0; i < flat.length; i++) {
                flat[i] = (float) matrix[i / layer.inputs()][i % layer.inputs()];
            }
            by.put(layer.name(), flat);
        }
        int moved = 0;
        for (String name : base.tensors().keySet()) {
            float[] before = base.tensors().get(name).floats();
            float[] after = merged.tensors().get(name).floats();
            float[] more = by.remove(name.replaceFirst("\\.weight$", ""));
            for (int i = 0; i < before.length; i++) {
                float sum = before[i] + more[i];
                assertEquals(sum, after[i], Math.abs(sum) * 0x1p-8, name);
            }
            moved += Arrays.equals(before, after) ? 0 : 1;
        }
        assertEquals(Map.of(), by);
        // Embedding and final norm, and of each drawn block its layers and both norms.
        assertEquals(2 + drawn / 7 * 9, moved);
    }

    @Test
    void aDirectoryWithFilesIsNotWrittenInto() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Merged.requireEmpty(folder));
        assertEquals(
                "directory to merge into must be new or empty, but is: " + folder, e.getMessage());
        Path none = folder.resolve("no-run");
        assertEquals(
                "run must be a run's directory, with its run.json, but is: " + none,
                assertThrows(
                                IllegalArgumentException.class,
                                () -> Merged.write(none, folder.resolve("x")))
                        .getMessage());
        assertThrows(
                IllegalArgumentException.class,
                () -> LoraConfig.named(base.layers(), List.of("nothing")));
    }

    private static ByteBuffer bytes(StoredTensor tensor) {
        return tensor.rows(0, tensor.rows());
    }
}

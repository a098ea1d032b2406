package dev.ila.delta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ila.model.Checkpoint;
import dev.ila.model.LinearLayer;
import dev.ila.model.Safetensors;
import dev.ila.model.TensorData;
import dev.ila.model.TinyLlama;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullDifferenceTest {
    @TempDir Path directory;

    private Checkpoint model(String name, Map<String, TensorData> tensors, String... more)
            throws IOException {
        return Checkpoint.open(TinyLlama.write(directory.resolve(name), tensors, more));
    }

    @Test
    void theBaseAndTheDifferenceMakeTheAlignedModel() throws IOException {
        Checkpoint base = model("base", TinyLlama.tensors(1));
        Checkpoint aligned = model("aligned", TinyLlama.tensors(2));
        float[] delta = FullDifference.between(base, aligned);
        assertEquals(FullDifference.size(base.layers()), delta.length);
        int at = 0;
        for (LinearLayer l : base.layers()) {
            float[] before = base.weight(l).floats();
            float[] after = aligned.weight(l).floats();
            for (int i = 0; i < before.length; i++) {
                assertEquals(after[i] - before[i], delta[at++], l.name());
            }
        }
    }

    @Test
    void whatElseChangedIsNamed() throws IOException {
        Map<String, TensorData> tensors = TinyLlama.tensors(1);
        tensors.put("model.norm.weight", TinyLlama.values(9, 8));
        tensors.put("model.layers.0.mlp.up_proj.weight", TinyLlama.values(9, 12, 8));
        Checkpoint base = model("base", TinyLlama.tensors(1));
        Checkpoint aligned = model("aligned", tensors);
        assertEquals(List.of("model.norm.weight"), FullDifference.changedElsewhere(base, aligned));
    }

    @Test
    void aDifferenceIsReadBack() throws IOException {
        Checkpoint base = model("base", TinyLlama.tensors(1));
        float[] delta = FullDifference.between(base, model("aligned", TinyLlama.tensors(2)));
        Path file = directory.resolve("delta.safetensors");
        FullDifference.write(file, base.layers(), delta);
        assertArrayEquals(delta, FullDifference.read(file, base.layers()));
        String last = "model.layers.1.mlp.down_proj";
        assertEquals(List.of(8L, 12L), Safetensors.open(file).tensor(last).shape());
    }

    @Test
    void aModelThatDidNotChangeIsRefused() throws IOException {
        Checkpoint base = model("base", TinyLlama.tensors(1));
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class, () -> FullDifference.between(base, base));
        assertEquals(
                "aligned model must be changed from the base in some linear layer, but is: "
                        + directory.resolve("base"),
                e.getMessage());
    }

    @Test
    void anotherArchitectureIsRefusedByItsFirstField() throws IOException {
        Checkpoint base = model("base", TinyLlama.tensors(1));
        Checkpoint other = model("other", TinyLlama.tensors(2), "\"rope_theta\": 5");
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class, () -> FullDifference.between(base, other));
        assertEquals(
                "rope_theta of the aligned model must be 10000.0, the base's, but is: 5.0",
                e.getMessage());
    }

    @Test
    void aWeightThatIsNotFiniteIsRefused() throws IOException {
        Map<String, TensorData> tensors = TinyLlama.tensors(2);
        float[] bad = new float[64];
        bad[63] = Float.POSITIVE_INFINITY;
        tensors.put("model.layers.1.self_attn.q_proj.weight", TensorData.of(bad, 8, 8));
        Checkpoint base = model("base", TinyLlama.tensors(1));
        Checkpoint aligned = model("aligned", tensors);
        UncheckedIOException e =
                assertThrows(
                        UncheckedIOException.class, () -> FullDifference.between(base, aligned));
        assertEquals(
                directory.resolve("aligned/model.safetensors")
                        + ": each number of tensor model.layers.1.self_attn.q_proj.weight must be"
                        + " finite, but is: Infinity",
                e.getMessage());
    }
}

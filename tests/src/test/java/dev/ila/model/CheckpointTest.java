package dev.ila.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
    private static final String Q = "model.layers.1.self_attn.q_proj";
    @TempDir Path directory;

    private void refused(Path where, String what) {
        UncheckedIOException e =
                assertThrows(UncheckedIOException.class, () -> Checkpoint.open(directory));
        assertEquals(where + what, e.getMessage());
    }

    @Test
    void layersComeInTheOrderInWhichTheyRun() throws IOException {
        Checkpoint c = Checkpoint.open(TinyLlama.write(directory, TinyLlama.tensors(1)));
        assertEquals(
                List.of(
                        "q_proj",
                        "k_proj",
                        "v_proj",
                        "o_proj",
                        "gate_proj",
                        "up_proj",
                        "down_proj"),
                c.layers().subList(7, 14).stream().map(LinearLayer::projection).toList());
        assertEquals(new LinearLayer(7, Q, 1, "q_proj", 8, 8), c.layers().get(7));
        assertEquals(
                new LinearLayer(6, "model.layers.0.mlp.down_proj", 0, "down_proj", 8, 12),
                c.layers().get(6));
        assertEquals(14, c.layers().size());
        assertEquals(Q + ".weight", c.weight(c.layers().get(7)).info().name());
        assertEquals("model.embed_tokens.weight", c.embedding().info().name());
        assertEquals("model.norm.weight", c.finalNorm().info().name());
        assertEquals("lm_head.weight", c.head().orElseThrow().info().name());
        assertEquals(
                List.of(
                        "model.layers.1.input_layernorm.weight",
                        "model.layers.1.post_attention_layernorm.weight"),
                c.norms(1).stream().map(n -> n.info().name()).toList());
    }

    @Test
    void aTiedHeadIsTheEmbedding() throws IOException {
        Map<String, TensorData> tensors = TinyLlama.tensors(1);
        tensors.remove("lm_head.weight");
        TinyLlama.write(directory, tensors, "\"tie_word_embeddings\": true");
        assertEquals(Optional.empty(), Checkpoint.open(directory).head());
    }

    @Test
    void shardsAreOneModel() throws IOException {
        Map<String, TensorData> all = TinyLlama.tensors(1);
        TinyLlama.write(directory.resolve("whole"), all);
        shard(all);
        Checkpoint whole = Checkpoint.open(directory.resolve("whole"));
        Checkpoint sharded = Checkpoint.open(directory);
        assertEquals(whole.layers(), sharded.layers());
        for (LinearLayer l : whole.layers()) {
            assertArrayEquals(whole.weight(l).floats(), sharded.weight(l).floats());
        }
        assertNotEquals(whole.sha256(), sharded.sha256());
    }

    private void shard(Map<String, TensorData> all) throws IOException {
        Map<String, TensorData> first = new LinkedHashMap<>();
        Map<String, TensorData> second = new LinkedHashMap<>();
        StringBuilder index = new StringBuilder();
        all.forEach(
                (name, data) -> {
                    boolean one = name.contains("layers.0");
                    (one ? first : second).put(name, data);
                    index.append(index.isEmpty() ? "" : ",")
                            .append("\"%s\":\"%s.safetensors\"".formatted(name, one ? "a" : "b"));
                });
        TinyLlama.write(directory, Map.of());
        Files.delete(directory.resolve("model.safetensors"));
        Safetensors.write(directory.resolve("a.safetensors"), first, Map.of());
        Safetensors.write(directory.resolve("b.safetensors"), second, Map.of());
        Files.writeString(
                directory.resolve("model.safetensors.index.json"),
                "{\"metadata\": {}, \"weight_map\": {" + index + "}}");
    }

    @Test
    void aMissingShardIsNamed() throws IOException {
        shard(TinyLlama.tensors(1));
        Files.delete(directory.resolve("b.safetensors"));
        refused(
                directory.resolve("b.safetensors"),
                " must be a file, but is: missing"
                        + " (named by model.safetensors.index.json for model.embed_tokens.weight)");
    }

    @Test
    void aTensorMissingFromItsShardIsNamed() throws IOException {
        shard(TinyLlama.tensors(1));
        Safetensors.write(directory.resolve("a.safetensors"), Map.of(), Map.of());
        refused(
                directory.resolve("a.safetensors"),
                ": tensor model.layers.0.input_layernorm.weight must be in the file,"
                        + " but is: missing");
    }

    @Test
    void aShardIsAFileBesideTheIndex() throws IOException {
        TinyLlama.write(directory, Map.of());
        Files.delete(directory.resolve("model.safetensors"));
        Path index = directory.resolve("model.safetensors.index.json");
        Files.writeString(index, "{\"weight_map\": {\"w\": \"../x.safetensors\"}}");
        refused(
                index,
                ": weight_map.w must be the name of a safetensors file beside the index,"
                        + " but is: \"../x.safetensors\"");
    }

    @Test
    void missingFilesAreNamed() throws IOException {
        refused(
                directory.resolve("config.json"),
                " must be a file, but is: missing (of a Hugging Face directory)");
        TinyLlama.write(directory, Map.of());
        Files.delete(directory.resolve("model.safetensors"));
        refused(
                directory.resolve("model.safetensors"),
                " must be a file, but is: missing (or model.safetensors.index.json beside it;"
                        + " save the model in safetensors' format)");
    }

    @Test
    void aMissingTensorIsNamed() throws IOException {
        Map<String, TensorData> tensors = TinyLlama.tensors(1);
        tensors.remove(Q + ".weight");
        TinyLlama.write(directory, tensors);
        refused(directory, ": tensor " + Q + ".weight must be in the checkpoint, but is: missing");
    }

    @Test
    void aWrongShapeIsNamedWithTheRightOne() throws IOException {
        Map<String, TensorData> tensors = TinyLlama.tensors(1);
        tensors.put(Q + ".weight", TinyLlama.values(1, 8, 4));
        TinyLlama.write(directory, tensors);
        refused(
                directory.resolve("model.safetensors"),
                ": shape of tensor " + Q + ".weight must be [8, 8] by config.json, but is: [8, 4]");
    }

    @Test
    void aTypeThatIsNoWeightsIsRefused() throws IOException {
        Map<String, TensorData> tensors = TinyLlama.tensors(1);
        tensors.put("model.norm.weight", TensorData.of(new long[8], 8));
        TinyLlama.write(directory, tensors);
        refused(
                directory.resolve("model.safetensors"),
                ": type of tensor model.norm.weight must be F32, F16 or BF16, but is: I64");
    }

    @Test
    void whatWouldNotBeComputedWithIsRefused() throws IOException {
        for (String more :
                List.of(Q + ".bias", "model.layers.0.mlp.gate.weight", "model.layers.2.x.weight")) {
            Map<String, TensorData> tensors = TinyLlama.tensors(1);
            tensors.put(more, TinyLlama.values(1, 8));
            TinyLlama.write(directory, tensors);
            refused(
                    directory.resolve("model.safetensors"),
                    ": tensors must be those of a llama of 2 blocks, but is: " + more + " too");
        }
    }

    @Test
    void aTensorOfNoUseIsLeftAlone() throws IOException {
        Map<String, TensorData> tensors = TinyLlama.tensors(1);
        tensors.put("model.layers.0.self_attn.rotary_emb.inv_freq", TinyLlama.values(1, 2));
        TinyLlama.write(directory, tensors);
        assertEquals(14, Checkpoint.open(directory).layers().size());
    }

    @Test
    void theFingerprintFollowsTheShapesAndTheHashTheValues() throws IOException {
        Checkpoint one = Checkpoint.open(TinyLlama.write(directory, TinyLlama.tensors(1)));
        String fingerprint = one.fingerprint();
        String hash = one.sha256();
        Checkpoint two = Checkpoint.open(TinyLlama.write(directory, TinyLlama.tensors(2)));
        assertEquals(fingerprint, two.fingerprint());
        assertNotEquals(hash, two.sha256());
        TinyLlama.write(directory, TinyLlama.tensors(2), "\"rope_theta\": 5");
        assertNotEquals(fingerprint, Checkpoint.open(directory).fingerprint());
    }
}

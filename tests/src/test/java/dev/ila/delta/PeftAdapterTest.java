package dev.ila.delta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.model.LinearLayer;
import dev.ila.model.Safetensors;
import dev.ila.model.TensorData;
import dev.ila.model.TinyLlama;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PeftAdapterTest {
    private static final String PREFIX = "base_model.model.model.layers.";
    @TempDir Path directory;
    private List<LinearLayer> layers;
    private Path adapter;

    @BeforeEach
    void model() throws IOException {
        layers = TinyLayers.of(directory);
        adapter = directory.resolve("adapter");
    }

    /**
     * Writes an adapter of one layer, block 1's q, of rank 2, with a configuration of one's own.
     */
    private void adapter(String config) throws IOException {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        tensors.put(PREFIX + "1.self_attn.q_proj.lora_A.weight", TinyLlama.values(1, 2, 8));
        tensors.put(PREFIX + "1.self_attn.q_proj.lora_B.weight", TinyLlama.values(2, 8, 2));
        adapter(config, tensors);
    }

    private void adapter(String config, Map<String, TensorData> tensors) throws IOException {
        Files.createDirectories(adapter);
        Files.writeString(adapter.resolve("adapter_config.json"), "{" + config + "}");
        Safetensors.write(adapter.resolve("adapter_model.safetensors"), tensors, Map.of());
    }

    private void refused(String message) {
        UncheckedIOException e =
                assertThrows(UncheckedIOException.class, () -> PeftAdapter.read(adapter, layers));
        assertEquals(adapter + message, e.getMessage());
    }

    @ParameterizedTest
    @EnumSource(LoraScaling.class)
    void whatIsWrittenIsReadBackExactly(LoraScaling scaling) {
        LoraLayout layout = TinyLayers.uneven(layers, scaling);
        float[] values = TinyLayers.values(layout.size());
        PeftAdapter.write(adapter, layout, values, "some/model");
        PeftAdapter read = PeftAdapter.read(adapter, layers);
        assertArrayEquals(values, read.values());
        for (LinearLayer l : layers) {
            assertEquals(layout.rank(l.index()), read.layout().rank(l.index()), l.name());
            assertEquals(layout.scale(l.index()), read.layout().scale(l.index()), l.name());
            assertEquals(layout.offsetB(l.index()), read.layout().offsetB(l.index()), l.name());
        }
    }

    /** Whatever its scales; a triplet that is zero stays zero. */
    @ParameterizedTest
    @EnumSource(LoraScaling.class)
    void whatIsWrittenAsAdaLorasIsTheSameChange(LoraScaling scaling) throws IOException {
        LoraLayout layout = TinyLayers.uneven(layers, scaling);
        float[] values = TinyLayers.values(layout.size());
        Arrays.fill(values, layout.offsetA(0), layout.offsetA(0) + layers.get(0).inputs(), 0);
        AdaLoraSchedule schedule = new AdaLoraSchedule(6, 3, 1, 2, 9);
        PeftAdapter.writeAdaLora(adapter, layout, values, schedule, "some/model");
        PeftAdapter read = PeftAdapter.read(adapter, layers);
        for (LinearLayer l : layers) {
            assertEquals(layout.rank(l.index()), read.layout().rank(l.index()), l.name());
            float[] wanted = product(layout, values, l);
            assertArrayEquals(wanted, product(read.layout(), read.values(), l), 2e-6f, l.name());
        }
        String config = Files.readString(adapter.resolve("adapter_config.json"));
        assertTrue(config.contains("\"total_step\": 9"), config);
        assertTrue(
                config.replaceAll("\\s", "")
                        .contains(
                                "1.self_attn.q_proj.lora_E\":[true,true,false,false,false,false]"),
                config);
        assertEquals(
                "rank of model.layers.0.self_attn.v_proj must be at most 3, that of the beginning,"
                        + " but is: 4",
                assertThrows(
                                IllegalArgumentException.class,
                                () ->
                                        PeftAdapter.writeAdaLora(
                                                adapter,
                                                layout,
                                                values,
                                                new AdaLoraSchedule(3, 3, 1, 2, 9),
                                                "m"))
                        .getMessage());
    }

    private static float[] product(LoraLayout layout, float[] values, LinearLayer l) {
        float[] out = new float[l.outputs() * l.inputs()];
        int rank = layout.rank(l.index());
        for (int i = 0; i < out.length; i++) {
            double sum = 0;
            for (int k = 0; k < rank; k++) {
                int b = layout.offsetB(l.index()) + i / l.inputs() * rank + k;
                int a = layout.offsetA(l.index()) + k * l.inputs() + i % l.inputs();
                sum += (double) values[b] * values[a];
            }
            out[i] = (float) (layout.scale(l.index()) * sum);
        }
        return out;
    }

    @Test
    void writingOverAnAdapterLeavesItsTwoFilesAlone() throws IOException {
        LoraLayout layout = LoraLayout.of(layers, LoraConfig.defaults());
        PeftAdapter.write(adapter, layout, layout.initial(1), "m");
        PeftAdapter.write(adapter, layout, layout.initial(2), "m");
        assertArrayEquals(layout.initial(2), PeftAdapter.read(adapter, layers).values());
        try (Stream<Path> files = Files.list(adapter)) {
            assertEquals(
                    List.of("adapter_config.json", "adapter_model.safetensors"),
                    files.map(f -> f.getFileName().toString()).sorted().toList());
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(2, files.count(), "the model, the adapter, nothing temporary");
        }
    }

    @Test
    void aPlaceThatCannotBeWrittenIsNamedAndLeftAsItWas() throws IOException {
        Files.writeString(adapter, "a file");
        LoraLayout layout = LoraLayout.of(layers, LoraConfig.defaults());
        UncheckedIOException e =
                assertThrows(
                        UncheckedIOException.class,
                        () -> PeftAdapter.write(adapter, layout, layout.initial(1), "m"));
        assertEquals(
                adapter
                        + " could not be written: a file is in the way"
                        + " (free some space there, or choose another directory)",
                e.getMessage());
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(2, files.count());
        }
    }

    @Test
    void patternsMatchTheEndOfANameAsInPeft() throws IOException {
        adapter(
                "\"peft_type\":\"LORA\",\"r\":16,\"lora_alpha\":6,"
                        + "\"rank_pattern\":{\"proj\":7,\"layers\\\\.\\\\d.*q_proj\":2,\"q_proj\":9},"
                        + "\"alpha_pattern\":{\"0.self_attn.q_proj\":3,\"^q_proj\":4,\"v_proj\":5}");
        LoraLayout layout = PeftAdapter.read(adapter, layers).layout();
        assertEquals(2, layout.rank(7));
        assertEquals(3.0, layout.scale(7));
        assertEquals(0, layout.rank(0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"peft_type\":\"LOHA\" | peft_type must be LORA or ADALORA, the two"
                        + " supported, but is: LOHA",
                "\"peft_type\":\"LORA\",\"use_dora\":true | use_dora must be unset:"
                        + " it is not supported, but is: true",
                "\"peft_type\":\"LORA\",\"fan_in_fan_out\":true | fan_in_fan_out must be unset:"
                        + " it is not supported, but is: true",
                "\"peft_type\":\"LORA\",\"modules_to_save\":[\"lm_head\"] | modules_to_save must be"
                        + " unset: it is not supported, but is: [\"lm_head\"]",
                "\"peft_type\":\"LORA\",\"bias\":\"all\" | bias must be none, the one supported,"
                        + " but is: all",
                "\"peft_type\":\"LORA\",\"init_lora_weights\":\"pissa\" | init_lora_weights must be"
                        + " one that leaves the base weights as they are (true, false, gaussian,"
                        + " eva, orthogonal), but is: \"pissa\"",
                "\"peft_type\":\"LORA\",\"r\":0 | r must be a whole number from 1 to 999999999,"
                        + " but is: 0",
                "\"peft_type\":\"LORA\",\"r\":2 | lora_alpha must be there, but is: missing",
                "\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":1,\"rank_pattern\":{\"(\":1} | "
                        + "rank_pattern.key must be a regular expression (Unclosed group),"
                        + " but is: (",
            })
    void whatIsNoPlainLoraIsRefusedByName(String config, String message) throws IOException {
        adapter(config);
        refused("/adapter_config.json: " + message);
    }

    @ParameterizedTest
    @CsvSource({
        "base_model.model.lm_head.lora_A.weight",
        "base_model.model.model.embed_tokens.lora_embedding_A",
        "base_model.model.model.layers.2.mlp.up_proj.lora_A.weight",
        "base_model.model.model.layers.0.mlp.up_proj.lora_magnitude_vector",
    })
    void aTensorOfAnotherLayerIsRefused(String name) throws IOException {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        tensors.put(PREFIX + "0.mlp.up_proj.lora_A.weight", TinyLlama.values(1, 2, 8));
        tensors.put(PREFIX + "0.mlp.up_proj.lora_B.weight", TinyLlama.values(1, 12, 2));
        tensors.put(name, TinyLlama.values(1, 2, 2));
        adapter("\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":4", tensors);
        refused(
                "/adapter_model.safetensors: every tensor must be lora_A or lora_B of a linear"
                        + " layer in the model's blocks, but is: "
                        + name);
    }

    @Test
    void aRankOtherThanTheConfigurationsIsRefused() throws IOException {
        adapter("\"peft_type\":\"LORA\",\"r\":3,\"lora_alpha\":4");
        refused(
                "/adapter_model.safetensors: shape of tensor "
                        + PREFIX
                        + "1.self_attn.q_proj.lora_A.weight must be [3, 8] by adapter_config.json"
                        + " and the model, but is: [2, 8]");
    }

    @Test
    void aFactorWithoutItsPartnerIsRefused() throws IOException {
        String a = PREFIX + "0.mlp.up_proj.lora_A.weight";
        adapter(
                "\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":4",
                Map.of(a, TinyLlama.values(1, 2, 8)));
        refused(
                "/adapter_model.safetensors: tensor "
                        + a.replace("_A", "_B")
                        + " must be in the file, but is: missing");
    }

    @Test
    void aNumberThatIsNotFiniteIsRefused() throws IOException {
        String a = PREFIX + "0.mlp.up_proj.lora_A.weight";
        float[] bad = new float[16];
        bad[5] = Float.NaN;
        adapter(
                "\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":4",
                Map.of(
                        a,
                        TensorData.of(bad, 2, 8),
                        a.replace("_A", "_B"),
                        TinyLlama.values(1, 12, 2)));
        refused(
                "/adapter_model.safetensors: each number of tensor "
                        + a
                        + " must be finite, but is: NaN");
    }

    @Test
    void anAdapterWithoutTensorsIsRefused() throws IOException {
        adapter("\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":4", Map.of());
        refused("/adapter_model.safetensors: tensors must be lora_A and lora_B, but is: none");
        Files.delete(adapter.resolve("adapter_config.json"));
        refused("/adapter_config.json must be a file, but is: missing (of a PEFT adapter)");
    }
}

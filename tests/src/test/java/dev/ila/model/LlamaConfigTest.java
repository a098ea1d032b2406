package dev.ila.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.torch.Variant;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LlamaConfigTest {
    private static final String LLAMA3 =
            "\"factor\": 8.0, \"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0";
    @TempDir Path directory;

    private Architecture read(String json) throws IOException {
        Path file = Files.writeString(directory.resolve("config.json"), json);
        return LlamaConfig.architecture(JsonFile.read(file));
    }

    private Architecture with(String more) throws IOException {
        return read(TinyLlama.CONFIG + ", " + more + "}");
    }

    private Rope rope(String more) throws IOException {
        return with(more).attention().rope();
    }

    @Test
    void whatIsLeftOutIsTransformersDefault() throws IOException {
        Rope rope = new Rope(10_000, Optional.empty());
        Architecture.Attention attention = new Architecture.Attention(2, 1, 4, rope, Variant.LLAMA);
        assertEquals(
                new Architecture("llama", 2, 8, 12, 16, attention, 1e-5, false),
                read(TinyLlama.CONFIG + "}"));
        assertEquals(16, with("\"head_dim\": 16").attention().headSize());
        assertEquals(4, with("\"head_dim\": null").attention().headSize());
        assertEquals(true, with("\"tie_word_embeddings\": true").tiedHead());
    }

    @Test
    void aMistralHasItsWindowUnlessItSaysThatItHasNone() throws IOException {
        String mistral =
                (TinyLlama.CONFIG + "%s}")
                        .replace("LlamaForCausalLM", "MistralForCausalLM")
                        .replace("\"llama\"", "\"mistral\"");
        Architecture usual = read(mistral.formatted(""));
        assertEquals("mistral", usual.family());
        assertEquals(List.of(4096, 4096), windows(usual));
        assertEquals(List.of(7, 7), windows(read(mistral.formatted(", \"sliding_window\": 7"))));
        assertEquals(List.of(), windows(read(mistral.formatted(", \"sliding_window\": null"))));
    }

    private static List<Integer> windows(Architecture a) {
        return a.attention().variant().windows();
    }

    private Architecture qwen(String type, String more) throws IOException {
        String name = type.substring(0, 1).toUpperCase(Locale.ROOT) + type.substring(1);
        return read(
                TinyLlama.CONFIG
                                .replace("LlamaForCausalLM", name + "ForCausalLM")
                                .replace("\"llama\"", '"' + type + '"')
                        + more
                        + "}");
    }

    @Test
    void whatMakesAQwen() throws IOException {
        Architecture two = qwen("qwen2", "");
        assertEquals(new Variant(true, false, List.of()), two.attention().variant());
        assertEquals(4, two.attention().headSize());
        Architecture three = qwen("qwen3", "");
        assertEquals(new Variant(false, true, List.of()), three.attention().variant());
        assertEquals(128, three.attention().headSize());
        String use = ", \"use_sliding_window\": true, \"sliding_window\": 9";
        assertEquals(List.of(0, 0), windows(qwen("qwen2", use)));
        assertEquals(List.of(0, 9), windows(qwen("qwen2", use + ", \"max_window_layers\": 1")));
        String types = ", \"layer_types\": [\"sliding_attention\", \"full_attention\"]";
        assertEquals(List.of(9, 0), windows(qwen("qwen3", use + types)));
        assertEquals(List.of(), windows(qwen("qwen3", ", \"sliding_window\": 9" + types)));
        UncheckedIOException e =
                assertThrows(
                        UncheckedIOException.class,
                        () -> qwen("qwen3", use + ", \"layer_types\": [\"x\", \"y\"]"));
        assertTrue(
                e.getMessage()
                        .endsWith(
                                "layer_types must be sliding_attention or full_attention in each"
                                        + " place, but is: \"x\""),
                e.getMessage());
    }

    @Test
    void bothFormsOfRopeAreRead() throws IOException {
        Rope.Llama3 scaled = new Rope.Llama3(8, 1, 4, 32);
        Rope llama3 = new Rope(5e5, Optional.of(scaled));
        String inner = LLAMA3 + ", \"original_max_position_embeddings\": 32";
        assertEquals(
                new Rope(77, Optional.empty()), rope("\"rope_theta\": 77, \"rope_scaling\": null"));
        assertEquals(
                llama3,
                rope(
                        "\"rope_theta\": 5e5, \"rope_scaling\": {\"type\": \"llama3\", "
                                + inner
                                + "}"));
        assertEquals(
                llama3,
                rope(
                        "\"rope_parameters\": {\"rope_theta\": 500000.0,"
                                + " \"rope_type\": \"llama3\", "
                                + inner
                                + "}"));
        assertEquals(
                new Rope(77, Optional.empty()),
                rope("\"rope_parameters\": {\"rope_theta\": 77, \"rope_type\": \"default\"}"));
    }

    @Test
    void llama3FallsBackToTheModelsOwnLength() throws IOException {
        Rope rope =
                rope(
                        "\"max_position_embeddings\": 64,"
                                + " \"rope_scaling\": {\"rope_type\": \"llama3\", "
                                + LLAMA3
                                + "}");
        assertEquals(64, rope.llama3().orElseThrow().originalPositions());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"model_type\":\"gpt2\" | model_type must be one of those supported, llama, mistral,"
                        + " qwen2, qwen3, gemma, gemma2, gemma3_text (it is most like llama, but for LayerNorm, learned"
                        + " positions, biases, GeLU), but is: gpt2",
                "\"model_type\":\"x\" | model_type must be one of those supported, llama, mistral,"
                        + " qwen2, qwen3, gemma, gemma2, gemma3_text, but is: x",
                "\"architectures\":[\"LlamaForX\"] | architectures must be LlamaForCausalLM,"
                        + " the one supported, but is: [\"LlamaForX\"]",
                "\"attention_bias\":true | attention_bias must be false, the one supported,"
                        + " but is: true",
                "\"mlp_bias\":true | mlp_bias must be false, the one supported, but is: true",
                "\"hidden_act\":\"gelu\" | hidden_act must be \"silu\", the one supported,"
                        + " but is: \"gelu\"",
                "\"rope_scaling\":{\"rope_type\":\"yarn\"} | rope_scaling.rope_type must be default,"
                        + " linear or llama3, those supported, but is: yarn",
                "\"rope_scaling\":{\"rope_type\":\"llama3\"} | rope_scaling.low_freq_factor must be"
                        + " there, but is: missing",
                "\"rope_parameters\":{\"partial_rotary_factor\":0.5} | "
                        + "rope_parameters.partial_rotary_factor must be 1, the one supported,"
                        + " but is: 0.5",
                "\"hidden_size\":\"8\" | hidden_size must be a whole number from 1 to 999999999,"
                        + " but is: \"8\"",
                "\"hidden_size\":null | hidden_size must be there, but is: missing",
                "\"num_key_value_heads\":3 | num_key_value_heads must be a divisor of"
                        + " num_attention_heads (2), but is: 3",
                "\"head_dim\":3 | head_dim must be even, above 0, but is: 3",
                "\"quantization_config\":{\"a\":1} | quantization_config must be absent: weights"
                        + " are read as f32, f16 or bf16, but is: {\"a\":1}",
            })
    void whatIsNotSupportedIsRefusedByName(String field, String message) throws IOException {
        String key = field.substring(0, field.indexOf(':') + 1);
        String json = TinyLlama.CONFIG.replaceAll(key + " (\\[[^]]*\\]|[^,]*)", field) + "}";
        String full = json.contains(field) ? json : TinyLlama.CONFIG + ", " + field + "}";
        UncheckedIOException e = assertThrows(UncheckedIOException.class, () -> read(full));
        assertEquals(directory.resolve("config.json") + ": " + message, e.getMessage());
    }

    @Test
    void malformedJsonIsNamedWithItsPlace() {
        UncheckedIOException e =
                assertThrows(UncheckedIOException.class, () -> read("{\"a\": 1,\n \"b\" 2}"));
        assertEquals(
                directory.resolve("config.json")
                        + ": text must be JSON, but is: malformed"
                        + " (Expected ':' at line 2 column 7 path $.b)",
                e.getMessage());
    }
}

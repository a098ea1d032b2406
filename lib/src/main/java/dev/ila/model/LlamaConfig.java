package dev.ila.model;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads the {@code config.json} of a Llama or a Mistral; defaults are those of transformers'
 * LlamaConfig and MistralConfig.
 */
final class LlamaConfig {
    private static final String MISTRAL = "mistral";
    private static final Map<String, String> CLASSES =
            Map.of("llama", "LlamaForCausalLM", MISTRAL, "MistralForCausalLM");

    /** MistralConfig's, where the configuration does not say it; {@code null} says that none is. */
    private static final int MISTRALS_WINDOW = 4096;

    private final JsonFile config;
    private final String family;

    private LlamaConfig(JsonFile config) {
        this.config = config;
        this.family = family(config);
    }

    static Architecture architecture(JsonFile config) {
        return new LlamaConfig(config).architecture();
    }

    private Architecture architecture() {
        refuse("hidden_act", new JsonPrimitive("silu"));
        refuse("attention_bias", new JsonPrimitive(false));
        refuse("mlp_bias", new JsonPrimitive(false));
        config.find("quantization_config")
                .ifPresent(
                        q ->
                                config.check(
                                        false,
                                        q,
                                        "quantization_config",
                                        "absent: weights are read as f32, f16 or bf16"));
        return new Architecture(
                family,
                config.needCount("num_hidden_layers"),
                config.needCount("hidden_size"),
                config.needCount("intermediate_size"),
                config.needCount("vocab_size"),
                attention(),
                config.positive("rms_norm_eps").orElse(1e-6),
                config.flag("tie_word_embeddings", false));
    }

    private static String family(JsonFile config) {
        String family = config.text("model_type").orElse("missing");
        config.check(
                CLASSES.containsKey(family),
                family,
                "model_type",
                "llama or mistral, the two supported");
        String expected = CLASSES.get(family);
        Optional<JsonElement> classes = config.find("architectures");
        boolean causal =
                classes.isEmpty()
                        || classes.get().isJsonArray()
                                && classes.get()
                                        .getAsJsonArray()
                                        .contains(new JsonPrimitive(expected));
        String supported = expected + ", the one supported";
        config.check(causal, classes.orElse(null), "architectures", supported);
        return family;
    }

    private void refuse(String key, JsonPrimitive only) {
        JsonElement value = config.find(key).orElse(only);
        config.check(value.equals(only), value, key, only + ", the one supported");
    }

    private Architecture.Attention attention() {
        int hidden = config.needCount("hidden_size");
        int heads = config.needCount("num_attention_heads");
        boolean mistral = family.equals(MISTRAL);
        int keyValueHeads =
                mistral
                        ? config.needCount("num_key_value_heads")
                        : config.count("num_key_value_heads").orElse(heads);
        config.check(
                heads % keyValueHeads == 0,
                keyValueHeads,
                "num_key_value_heads",
                "a divisor of num_attention_heads (" + heads + ")");
        int headSize = config.count("head_dim").orElse(hidden / heads);
        config.check(headSize > 0 && headSize % 2 == 0, headSize, "head_dim", "even, above 0");
        OptionalInt window = mistral ? window() : OptionalInt.empty();
        return new Architecture.Attention(heads, keyValueHeads, headSize, rope(), window);
    }

    private OptionalInt window() {
        boolean said = config.object().has("sliding_window");
        Optional<Integer> window = config.count("sliding_window");
        return said && window.isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(window.orElse(MISTRALS_WINDOW));
    }

    /** {@code rope_parameters} is the form since transformers 5; there too the older one wins. */
    private Rope rope() {
        Optional<JsonFile> found =
                config.inner("rope_scaling")
                        .filter(r -> !r.object().isEmpty())
                        .or(() -> config.inner("rope_parameters"));
        double outer = config.positive("rope_theta").orElse(10_000);
        if (found.isEmpty()) {
            return new Rope(outer, Optional.empty());
        }
        JsonFile rope = found.get();
        double theta = rope.positive("rope_theta").orElse(outer);
        String type = rope.text("rope_type").or(() -> rope.text("type")).orElse("default");
        boolean llama3 = type.equals("llama3");
        String rule = "default or llama3, the two supported";
        rope.check(llama3 || type.equals("default"), type, "rope_type", rule);
        double part = rope.positive("partial_rotary_factor").orElse(1);
        rope.check(part == 1, part, "partial_rotary_factor", "1, the one supported");
        return new Rope(theta, llama3 ? Optional.of(llama3(rope)) : Optional.empty());
    }

    private Rope.Llama3 llama3(JsonFile rope) {
        double low = rope.needPositive("low_freq_factor");
        double high = rope.needPositive("high_freq_factor");
        rope.check(high > low, high, "high_freq_factor", "above low_freq_factor (" + low + ")");
        int positions =
                rope.count("original_max_position_embeddings")
                        .or(() -> config.count("max_position_embeddings"))
                        .orElse(2048);
        return new Rope.Llama3(rope.needPositive("factor"), low, high, positions);
    }
}

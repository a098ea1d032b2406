package dev.ila.model;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import dev.ila.torch.Variant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Reads a {@code config.json}; defaults are those of transformers' class for its family. */
final class LlamaConfig {
    /** Where the configuration does not say it; {@code null} says that none is. */
    private static final int WINDOW = 4096;

    /** Blocks below the first with a window, where the configuration does not say it. */
    private static final int MAX_WINDOW_LAYERS = 28;

    private final JsonFile config;
    private final Family family;

    private LlamaConfig(JsonFile config) {
        this.config = config;
        this.family = family(config);
    }

    static Architecture architecture(JsonFile config) {
        return new LlamaConfig(config).architecture();
    }

    private Architecture architecture() {
        activation();
        if (!family.type().matches("mistral|qwen2")) {
            refuse("attention_bias", new JsonPrimitive(false));
        }
        if (family.type().equals("llama")) {
            refuse("mlp_bias", new JsonPrimitive(false));
        }
        refuse("use_bidirectional_attention", new JsonPrimitive(false));
        config.find("quantization_config")
                .ifPresent(
                        q ->
                                config.check(
                                        false,
                                        q,
                                        "quantization_config",
                                        "absent: weights are read as f32, f16 or bf16"));
        return new Architecture(
                family.type(),
                config.needCount("num_hidden_layers"),
                config.needCount("hidden_size"),
                config.needCount("intermediate_size"),
                config.needCount("vocab_size"),
                attention(),
                config.positive("rms_norm_eps").orElse(1e-6),
                config.flag("tie_word_embeddings", family.gemma() > 0));
    }

    /**
     * Gemma's first configurations say gelu and mean its approximation by tanh, as transformers.
     */
    private void activation() {
        if (family.gemma() == 0) {
            refuse("hidden_act", new JsonPrimitive("silu"));
            return;
        }
        String key = family.gemma() == 1 ? "hidden_act" : "hidden_activation";
        String act = config.text(key).orElse("gelu_pytorch_tanh");
        boolean known =
                act.equals("gelu_pytorch_tanh") || act.equals("gelu") && family.gemma() == 1;
        config.check(known, act, key, "gelu_pytorch_tanh, the one supported");
    }

    private Variant.Gemma gemma() {
        int which = family.gemma();
        if (which == 0) {
            return Variant.Gemma.NONE;
        }
        OptionalDouble none = OptionalDouble.empty();
        return new Variant.Gemma(
                true,
                which > 1,
                which == 1 ? none : or("query_pre_attn_scalar", 256),
                which == 1 ? none : cap("attn_logit_softcapping", which == 2 ? 50 : 0),
                which == 1 ? none : cap("final_logit_softcapping", which == 2 ? 30 : 0),
                which == 3 ? OptionalDouble.of(localTheta()) : none);
    }

    private OptionalDouble or(String key, double usual) {
        return OptionalDouble.of(config.positive(key).orElse(usual));
    }

    /** {@code null} says that there is none. */
    private OptionalDouble cap(String key, double usual) {
        OptionalDouble said = config.positive(key);
        return said.isPresent() || config.object().has(key) || usual == 0
                ? said
                : OptionalDouble.of(usual);
    }

    private double localTheta() {
        Optional<JsonFile> of =
                config.inner("rope_parameters").flatMap(r -> r.inner("sliding_attention"));
        String type = of.flatMap(r -> r.text("rope_type")).orElse("default");
        of.ifPresent(r -> r.check(type.equals("default"), type, "rope_type", "default"));
        return of.map(r -> r.positive("rope_theta"))
                .orElseGet(() -> config.positive("rope_local_base_freq"))
                .orElse(10_000);
    }

    private static Family family(JsonFile config) {
        String type = config.text("model_type").orElse("missing");
        Optional<Family> family = Family.of(type);
        config.check(family.isPresent(), type, "model_type", Family.rule(type));
        String expected = family.orElseThrow().causal();
        Optional<JsonElement> classes = config.find("architectures");
        boolean causal =
                classes.isEmpty()
                        || classes.get().isJsonArray()
                                && classes.get()
                                        .getAsJsonArray()
                                        .contains(new JsonPrimitive(expected));
        String supported = expected + ", the one supported";
        config.check(causal, classes.orElse(null), "architectures", supported);
        return family.get();
    }

    private void refuse(String key, JsonPrimitive only) {
        JsonElement value = config.find(key).orElse(only);
        config.check(value.equals(only), value, key, only + ", the one supported");
    }

    private Architecture.Attention attention() {
        int hidden = config.needCount("hidden_size");
        int heads = config.needCount("num_attention_heads");
        int keyValueHeads =
                family.type().equals("llama")
                        ? config.count("num_key_value_heads").orElse(heads)
                        : config.needCount("num_key_value_heads");
        config.check(
                heads % keyValueHeads == 0,
                keyValueHeads,
                "num_key_value_heads",
                "a divisor of num_attention_heads (" + heads + ")");
        int usual = family.headSize() > 0 ? family.headSize() : hidden / heads;
        int headSize = config.count("head_dim").orElse(usual);
        config.check(headSize > 0 && headSize % 2 == 0, headSize, "head_dim", "even, above 0");
        Variant variant = new Variant(family.bias(), family.headNorms(), windows(), gemma());
        return new Architecture.Attention(heads, keyValueHeads, headSize, rope(), variant);
    }

    /** The window of each block, 0 for none; empty if no block has one. */
    private List<Integer> windows() {
        int blocks = config.needCount("num_hidden_layers");
        boolean some =
                switch (family.windows()) {
                    case NONE -> false;
                    case ALL, NOT_SECOND, NOT_SIXTH -> true;
                    case UPPER -> config.flag("use_sliding_window", false);
                };
        if (!some) {
            return List.of();
        }
        boolean said = config.object().has("sliding_window");
        Optional<Integer> window = config.count("sliding_window");
        config.check(
                family.gemma() == 0 || !said || window.isPresent(),
                "null",
                "sliding_window",
                "a number of tokens");
        if (said && window.isEmpty()) {
            return List.of();
        }
        int size = window.orElse(WINDOW);
        if (family.windows() == Family.Windows.ALL) {
            return Collections.nCopies(blocks, size);
        }
        Optional<JsonElement> types = config.find("layer_types");
        if (types.isPresent()) {
            return typed(types.get(), blocks, size);
        }
        int each =
                switch (family.windows()) {
                    case NOT_SECOND -> 2;
                    case NOT_SIXTH -> config.count("sliding_window_pattern").orElse(6);
                    default -> 0;
                };
        if (each > 0) {
            return IntStream.range(0, blocks)
                    .mapToObj(b -> (b + 1) % each == 0 ? 0 : size)
                    .toList();
        }
        int full = config.wholeNumber("max_window_layers").orElse(MAX_WINDOW_LAYERS);
        return IntStream.range(0, blocks).mapToObj(b -> b < full ? 0 : size).toList();
    }

    private List<Integer> typed(JsonElement types, int blocks, int size) {
        List<Integer> windows = new ArrayList<>();
        if (types.isJsonArray()) {
            for (JsonElement type : types.getAsJsonArray()) {
                boolean sliding = type.equals(new JsonPrimitive("sliding_attention"));
                boolean known = sliding || type.equals(new JsonPrimitive("full_attention"));
                String rule = "sliding_attention or full_attention in each place";
                config.check(known, type, "layer_types", rule);
                windows.add(sliding ? size : 0);
            }
        }
        String rule = "a list of " + blocks + ", one for each block";
        config.check(windows.size() == blocks, types, "layer_types", rule);
        return windows;
    }

    /** {@code rope_parameters} is the form since transformers 5; there too the older one wins. */
    private Rope rope() {
        Optional<JsonFile> found =
                config.inner("rope_scaling")
                        .filter(r -> !r.object().isEmpty())
                        .or(() -> config.inner("rope_parameters"))
                        .map(r -> r.inner("full_attention").orElse(r));
        double outer = config.positive("rope_theta").orElse(family.gemma() == 3 ? 1e6 : 10_000);
        if (found.isEmpty()) {
            return new Rope(outer, Optional.empty());
        }
        JsonFile rope = found.get();
        double theta = rope.positive("rope_theta").orElse(outer);
        String type = rope.text("rope_type").or(() -> rope.text("type")).orElse("default");
        boolean llama3 = type.equals("llama3");
        boolean linear = type.equals("linear");
        String rule = "default, linear or llama3, those supported";
        rope.check(llama3 || linear || type.equals("default"), type, "rope_type", rule);
        double part = rope.positive("partial_rotary_factor").orElse(1);
        rope.check(part == 1, part, "partial_rotary_factor", "1, the one supported");
        return new Rope(
                theta,
                llama3 ? Optional.of(llama3(rope)) : Optional.empty(),
                linear ? rope.needPositive("factor") : 1);
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

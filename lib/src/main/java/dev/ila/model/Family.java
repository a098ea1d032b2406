package dev.ila.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What makes one family of models differ from Llama, as transformers' classes have it.
 *
 * @param type {@code model_type} of the configuration
 * @param causal its class in {@code architectures}
 * @param bias whether q, k and v have one
 * @param headNorms whether each head of q and of k has an RMSNorm
 * @param headSize where the configuration does not say it; 0: hidden / heads
 * @param windows which blocks see a window alone
 * @param gemma 0, or which Gemma it is
 */
record Family(
        String type,
        String causal,
        boolean bias,
        boolean headNorms,
        int headSize,
        Windows windows,
        int gemma) {
    /** Which blocks see a window alone. */
    enum Windows {
        /** None. */
        NONE,
        /** All, unless {@code sliding_window} is null. */
        ALL,
        /** With {@code use_sliding_window} those from {@code max_window_layers} on. */
        UPPER,
        /** All but each second one. */
        NOT_SECOND,
        /** All but each {@code sliding_window_pattern}th, the sixth where it does not say. */
        NOT_SIXTH
    }

    /** Those that are supported. */
    static final List<Family> ALL =
            List.of(
                    new Family("llama", "LlamaForCausalLM", false, false, 0, Windows.NONE, 0),
                    new Family("mistral", "MistralForCausalLM", false, false, 0, Windows.ALL, 0),
                    new Family("qwen2", "Qwen2ForCausalLM", true, false, 0, Windows.UPPER, 0),
                    new Family("qwen3", "Qwen3ForCausalLM", false, true, 128, Windows.UPPER, 0),
                    new Family("gemma", "GemmaForCausalLM", false, false, 256, Windows.NONE, 1),
                    new Family(
                            "gemma2",
                            "Gemma2ForCausalLM",
                            false,
                            false,
                            256,
                            Windows.NOT_SECOND,
                            2),
                    new Family(
                            "gemma3_text",
                            "Gemma3ForCausalLM",
                            false,
                            true,
                            256,
                            Windows.NOT_SIXTH,
                            3));

    /** Others that people bring: the nearest of the above, and what differs. */
    private static final Map<String, String> NEAR =
            Map.ofEntries(
                    near("gemma3", "gemma3_text", "a part that sees pictures"),
                    near("phi3", "llama", "q, k, v in one matrix, and gate, up in one"),
                    near("phi", "llama", "LayerNorm, attention and feed-forward side by side"),
                    near("mixtral", "mistral", "experts"),
                    near("qwen2_moe", "qwen2", "experts"),
                    near("qwen3_moe", "qwen3", "experts"),
                    near("olmo2", "qwen3", "norms after attention and feed-forward, not before"),
                    near("smollm3", "llama", "blocks without RoPE"),
                    near("granite", "llama", "multipliers of embedding, residual and logits"),
                    near("cohere", "llama", "LayerNorm, attention and feed-forward side by side"),
                    near("gpt2", "llama", "LayerNorm, learned positions, biases, GeLU"),
                    near("gpt_neox", "llama", "LayerNorm, a partial RoPE, biases, GeLU"));

    private static Map.Entry<String, String> near(String type, String nearest, String differs) {
        return Map.entry(type, nearest + ", but for " + differs);
    }

    static Optional<Family> of(String type) {
        return ALL.stream().filter(f -> f.type().equals(type)).findFirst();
    }

    /** What a {@code model_type} must be. */
    static String rule(String type) {
        String all = ALL.stream().map(Family::type).collect(Collectors.joining(", "));
        String near = NEAR.containsKey(type) ? " (it is most like " + NEAR.get(type) + ")" : "";
        return "one of those supported, " + all + near;
    }
}

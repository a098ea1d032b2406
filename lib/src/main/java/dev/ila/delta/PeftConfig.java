package dev.ila.delta;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import dev.ila.model.JsonFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** What an {@code adapter_config.json} of PEFT says about ranks and scales. */
final class PeftConfig {
    static final String NAME = "adapter_config.json";

    /** Fields that, when set, make more or else of an adapter than W + scale·BA. */
    private static final List<String> UNSUPPORTED =
            List.of(
                    "use_dora",
                    "fan_in_fan_out",
                    "lora_bias",
                    "use_qalora",
                    "use_bdlora",
                    "modules_to_save",
                    "target_parameters",
                    "trainable_token_indices",
                    "layer_replication",
                    "alora_invocation_tokens",
                    "arrow_config",
                    "kasa_config",
                    "monteclora_config");

    /** Ways to start that leave the base weights alone; pissa, olora and others change them. */
    private static final Set<JsonElement> STARTS =
            Set.of(
                    new JsonPrimitive(true),
                    new JsonPrimitive(false),
                    new JsonPrimitive("gaussian"),
                    new JsonPrimitive("eva"),
                    new JsonPrimitive("orthogonal"));

    private final JsonFile json;
    private final int rank;
    private final double alpha;
    private final Map<Pattern, Integer> rankPattern = new LinkedHashMap<>();
    private final Map<Pattern, Double> alphaPattern = new LinkedHashMap<>();

    private PeftConfig(JsonFile json) {
        this.json = json;
        check();
        rank = json.needCount("r");
        alpha = json.needPositive("lora_alpha");
        // AdaLoRA's has truth values, one for each triplet at the beginning.
        json.inner("rank_pattern")
                .filter(p -> !adaptive())
                .ifPresent(
                        p ->
                                p.object()
                                        .keySet()
                                        .forEach(
                                                k ->
                                                        rankPattern.put(
                                                                pattern(p, k), p.needCount(k))));
        json.inner("alpha_pattern")
                .ifPresent(
                        p ->
                                p.object()
                                        .keySet()
                                        .forEach(
                                                k ->
                                                        alphaPattern.put(
                                                                pattern(p, k), p.needPositive(k))));
    }

    static PeftConfig read(Path file) {
        return new PeftConfig(JsonFile.read(file));
    }

    private void check() {
        String type = json.text("peft_type").orElse("missing");
        json.check(
                type.equals("LORA") || type.equals("ADALORA"),
                type,
                "peft_type",
                "LORA or ADALORA, the two supported");
        for (String key : UNSUPPORTED) {
            Optional<JsonElement> value = json.find(key).filter(PeftConfig::isSet);
            json.check(value.isEmpty(), value.orElse(null), key, "unset: it is not supported");
        }
        String bias = json.text("bias").orElse("none");
        json.check(bias.equals("none"), bias, "bias", "none, the one supported");
        JsonElement start = json.find("init_lora_weights").orElse(new JsonPrimitive(true));
        json.check(
                STARTS.contains(start),
                start,
                "init_lora_weights",
                "one that leaves the base weights as they are (true, false, gaussian, eva,"
                        + " orthogonal)");
    }

    private static boolean isSet(JsonElement e) {
        if (e.isJsonArray()) {
            return !e.getAsJsonArray().isEmpty();
        }
        return e.isJsonObject()
                ? !e.getAsJsonObject().isEmpty()
                : !e.equals(new JsonPrimitive(false));
    }

    /** PEFT takes a key as a regular expression for the end of a layer's name, after a dot. */
    private static Pattern pattern(JsonFile at, String key) {
        try {
            return Pattern.compile("(.*\\.)?(" + key + ")$");
        } catch (PatternSyntaxException e) {
            String said = e.getDescription();
            at.check(false, key, "key", "a regular expression (" + said + ")");
            throw e;
        }
    }

    /** Whether it is AdaLoRA's. */
    boolean adaptive() {
        return json.text("peft_type").orElse("").equals("ADALORA");
    }

    /** AdaLoRA's rank of every layer at the beginning. */
    int initialRank() {
        return json.needCount("init_r");
    }

    /** α of the layers that no pattern names; AdaLoRA has no patterns of α. */
    double alpha() {
        return alpha;
    }

    LoraScaling scaling() {
        return json.flag("use_rslora", false)
                ? LoraScaling.ALPHA_OVER_ROOT_RANK
                : LoraScaling.ALPHA_OVER_RANK;
    }

    /** Rank and α of the layer of that name: the first pattern that matches, else the default. */
    LoraLayout.Factors factors(String name) {
        return new LoraLayout.Factors(
                first(rankPattern, name).orElse(rank), first(alphaPattern, name).orElse(alpha));
    }

    private static <T> Optional<T> first(Map<Pattern, T> patterns, String name) {
        return patterns.entrySet().stream()
                .filter(e -> e.getKey().matcher(name).lookingAt())
                .map(Map.Entry::getValue)
                .findFirst();
    }
}

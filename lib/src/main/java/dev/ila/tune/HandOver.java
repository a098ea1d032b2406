package dev.ila.tune;

import dev.ila.model.LinearLayer;
import dev.ila.run.Require;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A choice of layers as other trainers take it, each a piece of their configuration to paste. Where
 * one knows whole blocks only, its first line says how many layers more are tuned.
 */
public enum HandOver {
    /** PEFT's {@code target_modules}: the chosen layers' names. */
    PEFT {
        @Override
        String text(Selection s, int rank, double alpha) {
            return "# PEFT\n" + PEFT_IMPORT + "\n" + lora(s, rank, alpha);
        }
    },
    /** PEFT's {@code exclude_modules}: all linear layers but the frozen ones. */
    PEFT_EXCLUDE {
        @Override
        String text(Selection s, int rank, double alpha) {
            List<String> frozen = s.frozen().stream().map(LinearLayer::name).toList();
            String names = "target_modules=\"all-linear\",\n    exclude_modules=" + list(frozen);
            return "# PEFT, by the layers that stay frozen\n"
                    + PEFT_IMPORT
                    + "\n"
                    + lora(names, rank, alpha);
        }
    },
    /** TRL's {@code SFTTrainer} with PEFT's configuration. */
    TRL {
        @Override
        String text(Selection s, int rank, double alpha) {
            return "# TRL; model and dataset are yours\n"
                    + PEFT_IMPORT
                    + "from trl import SFTConfig, SFTTrainer\n\n"
                    + lora(s, rank, alpha)
                    + "trainer = SFTTrainer(\n    model=model,\n    train_dataset=dataset,\n"
                    + "    args=SFTConfig(output_dir=\"tuned\"),\n    peft_config=peft_config,\n)\n";
        }
    },
    /** axolotl's {@code unfrozen_parameters}, which Spectrum writes too: the layers themselves. */
    AXOLOTL {
        @Override
        String text(Selection s, int rank, double alpha) {
            return "# axolotl, as Spectrum writes it: full fine-tuning of these layers alone\n"
                    + "unfrozen_parameters:\n"
                    + s.names().stream()
                            .map(n -> "  - ^" + n.replace(".", "\\.") + "\\.weight$\n")
                            .collect(Collectors.joining());
        }
    },
    /** ms-swift's {@code target_regex}. */
    MS_SWIFT {
        @Override
        String text(Selection s, int rank, double alpha) {
            return String.format(
                    Locale.ROOT,
                    "# ms-swift\nswift sft --train_type lora --lora_rank %d --lora_alpha %s \\\n"
                            + "  --target_regex '%s' # and your own options\n",
                    rank,
                    plain(alpha),
                    regex(s));
        }
    },
    /** LLaMA-Factory's {@code lora_target}. */
    LLAMA_FACTORY {
        @Override
        String text(Selection s, int rank, double alpha) {
            return String.format(
                    Locale.ROOT,
                    "# LLaMA-Factory\nfinetuning_type: lora\nlora_rank: %d\nlora_alpha: %s\nlora_target: %s\n",
                    rank,
                    plain(alpha),
                    String.join(",", s.names()));
        }
    },
    /** Unsloth's {@code layers_to_transform}: whole blocks. */
    UNSLOTH {
        @Override
        String text(Selection s, int rank, double alpha) {
            TreeSet<Integer> blocks = new TreeSet<>();
            TreeSet<String> projections = new TreeSet<>();
            s.chosen().forEach(l -> blocks.add(l.block()));
            s.chosen().forEach(l -> projections.add(l.projection()));
            return "# Unsloth: "
                    + more(s, blocks.size() * projections.size())
                    + "model = FastLanguageModel.get_peft_model(\n    model,\n    r="
                    + rank
                    + ",\n    lora_alpha="
                    + plain(alpha)
                    + ",\n    target_modules="
                    + list(List.copyOf(projections))
                    + ",\n    layers_to_transform="
                    + blocks
                    + ",\n)\n";
        }
    },
    /** mlx-lm's {@code num_layers} and {@code keys}: the same projections in the last blocks. */
    MLX_LM {
        @Override
        String text(Selection s, int rank, double alpha) {
            int blocks = s.layers().stream().mapToInt(LinearLayer::block).max().orElseThrow() + 1;
            int first = s.chosen().stream().mapToInt(LinearLayer::block).min().orElseThrow();
            List<String> keys =
                    s.chosen().stream()
                            .map(l -> l.name().replaceFirst("^.*?\\." + l.block() + "\\.", ""))
                            .distinct()
                            .sorted()
                            .toList();
            return String.format(
                    Locale.ROOT,
                    "# mlx-lm: %sfine_tune_type: lora\nnum_layers: %d\nlora_parameters:\n  keys: %s\n"
                            + "  rank: %d\n  scale: %s\n  dropout: 0.0\n",
                    more(s, (blocks - first) * keys.size()),
                    blocks - first,
                    keys.stream().map(k -> '"' + k + '"').toList(),
                    rank,
                    alpha / rank);
        }
    };

    private static final String PEFT_IMPORT = "from peft import LoraConfig\n";

    abstract String text(Selection selection, int rank, double alpha);

    /**
     * The piece of configuration.
     *
     * @param rank r of LoRA, for those that take it
     * @param alpha α of LoRA, for those that take it
     */
    public String of(Selection selection, int rank, double alpha) {
        Require.atLeast(1, rank, "rank");
        Require.positive(alpha, "alpha");
        return text(selection, rank, alpha);
    }

    /** The trainer called {@code name}, as {@code ms-swift}. */
    public static HandOver named(String name) {
        return Arrays.stream(values())
                .filter(h -> h.toString().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "trainer must be one of %s, but is: %s"
                                                .formatted(names(), name)));
    }

    /** All names, with commas between. */
    public static String names() {
        return Arrays.stream(values()).map(HandOver::toString).collect(Collectors.joining(", "));
    }

    /** The name by which a user calls it, as {@code ms-swift}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String lora(Selection s, int rank, double alpha) {
        return lora("target_modules=" + list(s.names()), rank, alpha);
    }

    private static String lora(String names, int rank, double alpha) {
        return "peft_config = LoraConfig(\n    r=%d,\n    lora_alpha=%s,\n    %s,\n    task_type=\"CAUSAL_LM\",\n)\n"
                .formatted(rank, plain(alpha), names);
    }

    private static String list(List<String> names) {
        return names.stream()
                .map(n -> "        \"" + n + "\",\n")
                .collect(Collectors.joining("", "[\n", "    ]"));
    }

    /** 16 and not 16.0. */
    private static String plain(double number) {
        return number == Math.rint(number) ? "" + (long) number : "" + number;
    }

    private static String more(Selection s, int tuned) {
        int more = tuned - s.chosen().size();
        return (more == 0
                        ? "just the chosen layers"
                        : more + " layers that were not chosen are tuned too")
                + "\n";
    }

    /** For whole names: a group of blocks for each kind of layer. */
    private static String regex(Selection s) {
        Map<String, List<String>> blocks = new TreeMap<>();
        for (LinearLayer l : s.chosen()) {
            String[] parts = l.name().split(Pattern.quote("." + l.block() + "."), 2);
            String around =
                    parts[0].replace(".", "\\.") + "\\.(?:%s)\\." + parts[1].replace(".", "\\.");
            blocks.computeIfAbsent(around, a -> new ArrayList<>()).add("" + l.block());
        }
        return blocks.entrySet().stream()
                .map(e -> e.getKey().formatted(String.join("|", e.getValue())))
                .collect(Collectors.joining("|", "^(?:", ")$"));
    }
}

package dev.ila.search;

import dev.ila.delta.LoraConfig;
import dev.ila.delta.LoraScaling;
import dev.ila.model.Checkpoint;
import dev.ila.run.Require;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where Δθ comes from. */
public sealed interface Delta {
    /** Whether stage 1 makes it. */
    default boolean learned() {
        return !(this instanceof Adapter || this instanceof Aligned);
    }

    /** The same on other layers; what is not learned stays as it is. */
    default Delta on(List<String> targets) {
        return this;
    }

    /** The other model, if Δθ is a difference of two; its files are opened and checked. */
    default Optional<Checkpoint> aligned() {
        return Optional.empty();
    }

    /**
     * LoRA factors, to be learned.
     *
     * @param rank r
     * @param alpha α
     * @param targets as in {@link LoraConfig}
     */
    record Lora(int rank, double alpha, List<String> targets) implements Delta {
        /** Takes a copy. */
        public Lora {
            targets = List.copyOf(targets);
        }

        /** Rank 8, alpha 16, on all linear layers. */
        public static Lora defaults() {
            return new Lora(8, 16, List.of(LoraConfig.ALL_LINEAR));
        }

        @Override
        public Lora on(List<String> others) {
            return new Lora(rank, alpha, others);
        }

        LoraConfig config() {
            return new LoraConfig(rank, alpha, Set.copyOf(targets), LoraScaling.ALPHA_OVER_RANK);
        }
    }

    /**
     * AdaLoRA's factors, to be learned; stage 1 takes all its steps, from whose number the budget
     * follows.
     *
     * @param rank of a layer in the mean, at the end
     * @param initial rank of every layer at the beginning, for the same layers
     * @param alpha α; the factor is α / the rank at the beginning
     * @param targets as in {@link LoraConfig}
     * @param total whether the budget is that of all linear layers, however few are targets; else
     *     of the targets alone
     */
    record AdaLora(int rank, int initial, double alpha, List<String> targets, boolean total)
            implements Delta {
        /** Checks ranks and takes a copy. */
        public AdaLora {
            targets = List.copyOf(targets);
            Require.atLeast(1, rank, "rank");
            Require.atLeast(rank, initial, "initial rank");
        }

        @Override
        public AdaLora on(List<String> others) {
            return new AdaLora(rank, initial, alpha, others, total);
        }
    }

    /**
     * LoRA factors, to be learned, of a few layers at a time, as {@link dev.ila.train.Resampled}.
     *
     * @param lora factors of all layers that may be drawn
     * @param layers at a time
     * @param every steps between two draws
     */
    record Resampled(Lora lora, int layers, int every) implements Delta {
        /** Checks both. */
        public Resampled {
            Require.atLeast(1, layers, "layers at a time");
            Require.atLeast(1, every, "steps between two draws");
        }

        @Override
        public Resampled on(List<String> others) {
            return new Resampled(lora.on(others), layers, every);
        }
    }

    /**
     * A full difference, to be learned.
     *
     * @param targets as in {@link LoraConfig}
     */
    record Full(List<String> targets) implements Delta {
        /** Takes a copy; runs made before there were targets have none in their files. */
        public Full {
            targets = targets == null ? List.of(LoraConfig.ALL_LINEAR) : List.copyOf(targets);
        }

        /** Of all linear layers. */
        public Full() {
            this(List.of(LoraConfig.ALL_LINEAR));
        }

        @Override
        public Full on(List<String> others) {
            return new Full(others);
        }
    }

    /**
     * A difference of every weight, to be learned by {@link dev.ila.train.Lisa}: embedding, head
     * and final norm all the time, a few whole blocks at a time.
     *
     * @param blocks at a time
     * @param every steps between two draws
     */
    record Lisa(int blocks, int every) implements Delta {
        /** Checks both. */
        public Lisa {
            Require.atLeast(1, blocks, "blocks at a time");
            Require.atLeast(1, every, "steps between two draws");
        }

        dev.ila.train.Lisa.Settings settings(long seed) {
            return new dev.ila.train.Lisa.Settings(blocks, every, seed);
        }
    }

    /** A PEFT adapter that exists. */
    record Adapter(String directory) implements Delta {}

    /** Another checkpoint: Δθ = its linear layers − the model's. */
    record Aligned(String directory) implements Delta {
        @Override
        public Optional<Checkpoint> aligned() {
            return Optional.of(Checkpoint.open(Named.directory(directory)));
        }
    }
}

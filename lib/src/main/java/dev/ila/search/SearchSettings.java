package dev.ila.search;

import dev.ila.data.Conversations;
import dev.ila.data.Dataset;
import dev.ila.data.Format;
import dev.ila.data.Supervision;
import dev.ila.data.Tokenizer;
import dev.ila.delta.LoraConfig;
import dev.ila.delta.LoraScaling;
import dev.ila.model.Checkpoint;
import dev.ila.run.Require;
import dev.ila.torch.AdamW;
import dev.ila.torch.Compute;
import dev.ila.train.History;
import dev.ila.train.Schedule;
import dev.ila.train.Stability;
import dev.ila.train.Trainer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Everything a search is asked to do; stored in the run directory as {@code run.json}.
 *
 * @param model Hugging Face directory of θ₀
 * @param data records and batches
 * @param delta where Δθ comes from
 * @param compute device, precision, threads
 * @param seed from which every use of chance has its own
 * @param stage1 how Δθ is learned, if it is
 * @param stage2 how the mask is learned
 * @param lastStage 1 to stop before the mask, else 2
 */
public record SearchSettings(
        String model,
        Data data,
        Delta delta,
        Compute compute,
        long seed,
        FineTuning stage1,
        Ila.MaskSettings stage2,
        int lastStage) {
    /** Checks what no part can check alone. */
    public SearchSettings {
        Require.that(lastStage == 1 || lastStage == 2, lastStage, "stage", "1 or 2");
        Require.that(
                lastStage == 2 || delta.learned(),
                lastStage,
                "stage",
                "2 when Δθ exists already (--adapter or --aligned)");
    }

    /**
     * Records and batches.
     *
     * @param files JSON or JSONL
     * @param format its name, or empty to detect it
     * @param maxLength longest example in tokens; longer ones are left out and counted
     * @param limit number of examples used, 0 for all
     * @param heldOut number of examples that are not trained on
     * @param batchSize examples of one optimizer step
     * @param microBatch examples computed at once
     */
    public record Data(
            List<String> files,
            String format,
            int maxLength,
            int limit,
            int heldOut,
            int batchSize,
            int microBatch) {
        /** Checks sizes. */
        public Data {
            files = List.copyOf(files);
            Require.that(!files.isEmpty(), files, "data", "one file or more; name it with --data");
            Require.atLeast(2, maxLength, "max-length");
            Require.atLeast(0, limit, "limit");
            Require.atLeast(1, heldOut, "held-out");
            Require.atLeast(1, batchSize, "batch-size");
            Require.atLeast(1, microBatch, "micro-batch");
        }

        /** The examples that a model's tokenizer and template make of the files. */
        Dataset read(Checkpoint checkpoint) {
            Optional<Format> named =
                    format.isEmpty() ? Optional.empty() : Optional.of(Format.of(format));
            Conversations.Loaded loaded =
                    Conversations.read(files.stream().map(Path::of).toList(), named);
            Conversations.Loaded used = limit == 0 ? loaded : loaded.limit(limit);
            try (Tokenizer tokenizer =
                    Tokenizer.load(checkpoint.directory())
                            .fitting(checkpoint.architecture().vocabulary())) {
                return Dataset.of(used, new Supervision(tokenizer), maxLength);
            }
        }
    }

    /** Where Δθ comes from. */
    public sealed interface Delta {
        /** Whether stage 1 makes it. */
        default boolean learned() {
            return false;
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

            LoraConfig config() {
                return new LoraConfig(
                        rank, alpha, Set.copyOf(targets), LoraScaling.ALPHA_OVER_RANK);
            }

            @Override
            public boolean learned() {
                return true;
            }
        }

        /** A full difference, to be learned. */
        record Full() implements Delta {
            @Override
            public boolean learned() {
                return true;
            }
        }

        /** A PEFT adapter that exists. */
        record Adapter(String directory) implements Delta {}

        /** Another checkpoint: Δθ = its linear layers − the model's. */
        record Aligned(String directory) implements Delta {
            @Override
            public Optional<Checkpoint> aligned() {
                return Optional.of(Checkpoint.open(Path.of(directory)));
            }
        }
    }

    /**
     * How stage 1 trains.
     *
     * @param schedule rate and cap on steps
     * @param weightDecay of AdamW, on what is trained
     * @param maxNorm longest gradient; 0: no clipping
     * @param evaluateEvery steps between two measurements of the held-out loss
     * @param stability ends stage 1
     */
    public record FineTuning(
            Schedule schedule,
            double weightDecay,
            double maxNorm,
            int evaluateEvery,
            Stability stability) {
        /** Checks what only here has the options' names. */
        public FineTuning {
            Require.between(0, 1e6, weightDecay, "weight-decay");
            Require.between(0, 1e30, maxNorm, "clip");
            Require.atLeast(1, evaluateEvery, "evaluate-every");
        }

        /** Where stage 1 became stable, if it did. */
        Optional<Stability.Point> stable(History history) {
            return stability.find(history.stage(1), schedule);
        }

        /** For the trainer. */
        Trainer.Settings training() {
            return new Trainer.Settings(
                    1,
                    schedule,
                    new AdamW.Settings(0.9, 0.999, 1e-8, weightDecay, maxNorm),
                    evaluateEvery,
                    Optional.of(stability));
        }
    }
}

package dev.ila.search;

import dev.ila.data.Conversations;
import dev.ila.data.Demo;
import dev.ila.delta.LoraConfig;
import dev.ila.hub.HubProgress;
import dev.ila.run.Require;
import dev.ila.torch.Compute;
import dev.ila.train.Schedule;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Everything a search is asked to do; stored in the run directory as {@code run.json}.
 *
 * @param model name of θ₀, as in {@link Named}
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
    private static final String EMBEDDED_SET = "polite";

    /** Checks what no part can check alone. */
    public SearchSettings {
        Require.that(lastStage == 1 || lastStage == 2, lastStage, "stage", "1 or 2");
        Require.that(
                lastStage == 2 || delta.learned(),
                lastStage,
                "stage",
                "2 when Δθ exists already (--adapter or --aligned)");
        Require.that(
                lastStage == 1 || !(delta instanceof Delta.Lisa),
                lastStage,
                "stage",
                "1 with --lisa, whose draws may leave blocks without a change");
    }

    /** Of the embedded model and its set {@code polite}; with options of its own size. */
    public static SearchSettings embedded() {
        SearchSettings usual = of(Demo.extract().toString(), EMBEDDED_SET);
        Schedule schedule = new Schedule(1e-3, 0.03, Schedule.Shape.COSINE, 200);
        return usual.with(usual.stage1.with(schedule));
    }

    /**
     * Defaults for a model of one's own. They are this project's, not the paper's.
     *
     * @param model Hugging Face directory, or a name as in {@link Named}
     * @param data files of conversations, or names as in {@link Named}
     */
    public static SearchSettings of(String model, String... data) {
        return new SearchSettings(
                Named.model(model, HubProgress.SILENT),
                Data.of(data),
                Delta.Lora.defaults(),
                Compute.defaults(),
                1,
                FineTuning.defaults(),
                Ila.MaskSettings.defaults(),
                2);
    }

    /** The same with other records, or batches of another size. */
    public SearchSettings with(Data other) {
        return new SearchSettings(model, other, delta, compute, seed, stage1, stage2, lastStage);
    }

    /** The same with other files of conversations, or names as in {@link Named}. */
    public SearchSettings withData(String... files) {
        return with(data.with(Data.resolved(files)));
    }

    /** The same with another change of the weights. */
    public SearchSettings with(Delta other) {
        return new SearchSettings(model, data, other, compute, seed, stage1, stage2, lastStage);
    }

    /** The same with LoRA on other layers, or of another rank. */
    public SearchSettings with(LoraConfig lora) {
        List<String> targets = lora.targets().stream().sorted().toList();
        return with(new Delta.Lora(lora.rank(), lora.alpha(), targets));
    }

    /** The same elsewhere, in another precision, or with another number of threads. */
    public SearchSettings with(Compute other) {
        return new SearchSettings(model, data, delta, other, seed, stage1, stage2, lastStage);
    }

    /** The same with another stage 1. */
    public SearchSettings with(FineTuning other) {
        return new SearchSettings(model, data, delta, compute, seed, other, stage2, lastStage);
    }

    /** The same with another stage 2. */
    public SearchSettings with(Ila.MaskSettings other) {
        return new SearchSettings(model, data, delta, compute, seed, stage1, other, lastStage);
    }

    /** The same with another seed. */
    public SearchSettings withSeed(long other) {
        return new SearchSettings(model, data, delta, compute, other, stage1, stage2, lastStage);
    }

    /** The same with other numbers of steps: at most these in stage 1, and these in stage 2. */
    public SearchSettings withSteps(int first, int mask) {
        Schedule s = stage1.schedule();
        return with(stage1.with(new Schedule(s.rate(), s.warmup(), s.shape(), first)))
                .with(stage2.with(mask));
    }

    /**
     * Records and batches.
     *
     * @param files JSON, JSON lines, CSV, TSV or Parquet
     * @param format its name, or empty to detect it
     * @param columns as in {@link Conversations.Reading}
     * @param maxLength longest example in tokens; longer ones are left out and counted
     * @param limit number of examples used, 0 for all
     * @param heldOut number of examples that are not trained on
     * @param batchSize examples of one optimizer step
     * @param microBatch examples computed at once
     */
    public record Data(
            List<String> files,
            String format,
            Map<String, String> columns,
            int maxLength,
            int limit,
            int heldOut,
            int batchSize,
            int microBatch) {
        /** Longest example by default, in tokens. */
        public static final int MAX_LENGTH = 1024;

        /** Checks sizes. */
        public Data {
            files = List.copyOf(files);
            // Runs made before there were columns have none in their files.
            columns =
                    columns == null
                            ? Map.of()
                            : Collections.unmodifiableMap(new TreeMap<>(columns));
            Require.that(!files.isEmpty(), files, "data", "one file or more; name it with --data");
            Require.atLeast(2, maxLength, "max-length");
            Require.atLeast(0, limit, "limit");
            Require.atLeast(1, heldOut, "held-out");
            Require.atLeast(1, batchSize, "batch-size");
            Require.atLeast(1, microBatch, "micro-batch");
        }

        /**
         * Form detected, all examples of at most {@value #MAX_LENGTH} tokens, 48 held out, steps of
         * 16 examples, 8 at once.
         *
         * @param files or names, as in {@link Named}
         */
        public static Data of(String... files) {
            return new Data(resolved(files), "", Map.of(), MAX_LENGTH, 0, 48, 16, 8);
        }

        private static List<String> resolved(String... files) {
            return Stream.of(files).map(f -> Named.data(f, HubProgress.SILENT)).toList();
        }

        private Data with(List<String> other) {
            return new Data(
                    other, format, columns, maxLength, limit, heldOut, batchSize, microBatch);
        }

        /** The same with another number of examples, 0 for all. */
        public Data withLimit(int other) {
            return new Data(
                    files, format, columns, maxLength, other, heldOut, batchSize, microBatch);
        }

        /** The same with columns that stand for the names of a form. */
        public Data withColumns(Map<String, String> other) {
            return new Data(files, format, other, maxLength, limit, heldOut, batchSize, microBatch);
        }

        /** The same with another number of examples a step, and at once at most so many. */
        public Data withBatchSize(int other) {
            int micro = Math.min(microBatch, other);
            return new Data(files, format, columns, maxLength, limit, heldOut, other, micro);
        }
    }
}

package dev.ila.search;

import dev.ila.data.Batch;
import dev.ila.data.Batches;
import dev.ila.data.Example;
import dev.ila.model.Checkpoint;
import dev.ila.model.LanguageModel;
import dev.ila.run.Host;
import dev.ila.run.Seeds;
import dev.ila.torch.Change;
import dev.ila.torch.DeviceVector;
import dev.ila.torch.Network;
import dev.ila.train.Trainable;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * How fast this machine computes a search's own micro-batches: measured, nothing is trained.
 *
 * @param change tokens per second with the gradient of Δθ, as stage 1 needs; 0 where it does not
 * @param mask tokens per second with the gradient of the mask, as stage 2 needs
 * @param loss tokens per second of the loss alone, as the held-out loss needs
 * @param batches micro-batches that were timed, of all three kinds
 */
public record Timing(double change, double mask, double loss, int batches) {
    private static final int LEAST = 2;
    private static final double SECONDS = 1;

    /** A single micro-batch that took so long is not followed by a second. */
    private static final double ENOUGH = 10;

    /** A process's first steps are several times slower than the rest. */
    private static final double WARM_UP = 0.5;

    /** Loads the model and times the first steps' micro-batches after a warm-up. */
    public static Timing measure(Preview preview) {
        return timed(
                preview,
                trial -> {
                    boolean learned = preview.settings().delta().learned();
                    trial.speed(
                            learned ? Network.Want.CHANGE_GRADIENT : Network.Want.MASK_GRADIENT,
                            1,
                            WARM_UP);
                    trial.timed = 0;
                    double change =
                            learned ? trial.speed(Network.Want.CHANGE_GRADIENT, LEAST, SECONDS) : 0;
                    double mask = trial.speed(Network.Want.MASK_GRADIENT, LEAST, SECONDS);
                    double loss = trial.speed(Network.Want.LOSS, LEAST, SECONDS);
                    return new Timing(change, mask, loss, trial.timed);
                });
    }

    /**
     * What a step of stage 1 costs; the optimizer's part left out.
     *
     * @param seconds of it
     * @param bytes the process's peak, loading included; empty where it is not told, or on a GPU.
     *     Memory of what was measured before may still be held, so measure the smaller first.
     */
    public record Step(double seconds, OptionalLong bytes) {}

    /** Measures a step after a warm-up. */
    public static Step step(Preview preview) {
        Host.forgetPeak();
        double seconds =
                timed(
                        preview,
                        trial -> {
                            trial.speed(Network.Want.CHANGE_GRADIENT, 1, WARM_UP);
                            return preview.tokensOfAStep()
                                    / trial.speed(Network.Want.CHANGE_GRADIENT, LEAST, SECONDS);
                        });
        boolean cpu = preview.settings().compute().gpu().isEmpty();
        return new Step(seconds, cpu ? Host.peakMemory() : OptionalLong.empty());
    }

    private static <T> T timed(Preview preview, Function<Trial, T> with) {
        SearchSettings settings = preview.settings();
        Checkpoint base = Checkpoint.open(Named.directory(settings.model()));
        Seeds seeds = Seeds.of(settings.seed());
        Optional<Checkpoint> aligned = settings.delta().aligned();
        DeltaTheta source = DeltaTheta.of(settings.delta(), base, aligned, seeds.init());
        SearchSettings.Data d = settings.data();
        Batches batches =
                new Batches(preview.split().train(), d.batchSize(), d.microBatch(), seeds.order());
        try (LanguageModel model = LanguageModel.load(base, settings.compute())) {
            Network network = model.network();
            if (!settings.delta().learned()) {
                return with.apply(new Trial(network, source.onto(network), 0, batches));
            }
            try (Trainable what = source.learning(network, settings)) {
                int size = what.values().size();
                return with.apply(new Trial(network, what.change(), size, batches));
            }
        }
    }

    /** Seconds of stage 1 if it takes all its steps, measurements of the held-out loss included. */
    public double stage1(Preview preview) {
        int steps = preview.steps().get(0);
        if (steps == 0) {
            return 0;
        }
        double heldOut = preview.split().heldOut().stream().mapToLong(Example::length).sum();
        int measurements = steps / preview.settings().stage1().evaluateEvery();
        return steps * preview.tokensOfAStep() / change + measurements * heldOut / loss;
    }

    /** Seconds of stage 2. */
    public double stage2(Preview preview) {
        return preview.steps().get(1) * preview.tokensOfAStep() / mask;
    }

    private static final class Trial {
        private final Network network;
        private final Change change;
        private final int trained;
        private final Batches batches;
        private int timed;

        Trial(Network network, Change change, int trained, Batches batches) {
            this.network = network;
            this.change = change;
            this.trained = trained;
            this.batches = batches;
        }

        /** Tokens per second over the first micro-batch of each step, so that lengths differ. */
        double speed(Network.Want want, int least, double seconds) {
            float[] gamma = new float[network.dimensions().layers()];
            Arrays.fill(gamma, 1f);
            boolean mask = want == Network.Want.MASK_GRADIENT;
            int size = mask ? gamma.length : Math.max(1, trained);
            try (DeviceVector gradient = network.vector(new float[size])) {
                long tokens = 0;
                double passed = 0;
                for (int step = 0; step < 1 || passed < (step < least ? ENOUGH : seconds); step++) {
                    Batch batch = batches.step(step).get(0);
                    long start = System.nanoTime();
                    network.step(batch, change, gamma, want, gradient, 1.0 / batch.tokens());
                    passed += (System.nanoTime() - start) / 1e9;
                    tokens += batch.tokens();
                    timed++;
                }
                return tokens / passed;
            }
        }
    }
}

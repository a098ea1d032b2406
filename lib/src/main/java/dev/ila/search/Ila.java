package dev.ila.search;

import dev.ila.data.Batch;
import dev.ila.model.LinearLayer;
import dev.ila.rank.Ranking;
import dev.ila.run.Require;
import dev.ila.torch.AdamW;
import dev.ila.torch.Change;
import dev.ila.torch.DeviceVector;
import dev.ila.torch.Network;
import dev.ila.torch.Network.Want;
import dev.ila.train.Schedule;
import dev.ila.train.Trainable;
import dev.ila.train.Trainer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * ILA: which layers' changes matter for alignment ("Understanding Layer Significance in LLM
 * Alignment", arXiv 2410.17875, §3).
 *
 * <pre>
 *   stage 1   fine-tune θ₀ + Δθ until ε-stable                       every γᵢ = 1
 *   stage 2   freeze θ₀ and Δθ; minimise L(θ₀ + σ(s) ⊙ Δθ) over s    one sᵢ for each layer
 *   ranking   layers by σ(sᵢ), highest first
 * </pre>
 *
 * The masked forward and its gradients are one call, {@link Network#step}; the loop is {@link
 * Trainer}; ε-stability is {@link dev.ila.train.Stability}. No file is touched here.
 */
public final class Ila {
    private Ila() {}

    /**
     * Stage 1: what is learned is Δθ, LoRA's factors or full differences, with γ = 1.
     *
     * @param change its numbers are changed by training
     * @param gamma ones, one for each layer
     */
    private record ChangeLearning(Change change, float[] gamma) implements Trainable {
        @Override
        public DeviceVector values() {
            return change.values();
        }
    }

    /** Stage 1 as something to train; {@code change} holds Δθ afterwards. */
    public static Trainable stage1(Network network, Change change) {
        return new ChangeLearning(change, ones(network.dimensions().layers()));
    }

    /**
     * Settings of stage 2. The paper's own were not readable to us: these are ours.
     *
     * @param start every sᵢ before the first step
     * @param rate Adam's, constant
     * @param steps number of steps
     * @param sparsity pull of every γᵢ towards 0, as a share of the data gradient: the length of
     *     the pull is this times the length of ∂L/∂γ; 0: none
     * @param others pulls with which masks are learned as well, each in so many steps; {@link
     *     Sparsity} chooses among them all
     */
    public record MaskSettings(
            double start, double rate, int steps, double sparsity, List<Double> others) {
        /** Checks each value. */
        public MaskSettings {
            // Runs made before there were others have none in their files.
            others = others == null ? List.of() : List.copyOf(others);
            Require.that(Double.isFinite(start), start, "start", "a finite number");
            Require.positive(rate, "mask rate");
            Require.atLeast(1, steps, "mask steps");
            Require.between(0, 1e6, sparsity, "sparsity");
            others.forEach(o -> Require.between(0, 1e6, o, "sparsity"));
            Require.that(
                    !others.contains(sparsity)
                            && others.stream().distinct().count() == others.size(),
                    sparsity + " and " + others,
                    "sparsity",
                    "different each time");
        }

        /** Of one sparsity. */
        public MaskSettings(double start, double rate, int steps, double sparsity) {
            this(start, rate, steps, sparsity, List.of());
        }

        /** s = 4 (γ = 0.982), rate 0.01, 128 steps, no sparsity. */
        public static MaskSettings defaults() {
            return new MaskSettings(4.0, 0.01, 128, 0);
        }

        /** The same with another number of steps. */
        public MaskSettings with(int other) {
            return new MaskSettings(start, rate, other, sparsity, others);
        }

        /** The same with other sparsities, one or more. */
        public MaskSettings with(List<Double> sparsities) {
            Require.atLeast(1, sparsities.size(), "number of sparsities");
            List<Double> rest = sparsities.subList(1, sparsities.size());
            return new MaskSettings(start, rate, steps, sparsities.get(0), rest);
        }

        /** As before there were others, where there are none: it is kept with what was asked. */
        @Override
        public String toString() {
            return "MaskSettings[start=%s, rate=%s, steps=%d, sparsity=%s%s]"
                    .formatted(
                            start,
                            rate,
                            steps,
                            sparsity,
                            others.isEmpty() ? "" : ", others=" + others);
        }

        /** Every sparsity, as each is asked for alone. */
        public List<MaskSettings> each() {
            return Stream.concat(Stream.of(sparsity), others.stream())
                    .map(x -> new MaskSettings(start, rate, steps, x))
                    .toList();
        }

        /** Steps of all masks. */
        public int allSteps() {
            return steps * (1 + others.size());
        }

        /** s before the first step, one for each layer. */
        public float[] initial(int layers) {
            float[] s = new float[layers];
            Arrays.fill(s, (float) start);
            return s;
        }

        /** The training of all masks: Adam without decay or clipping, a constant rate, no stop. */
        public Trainer.Settings training() {
            return new Trainer.Settings(
                    2,
                    new Schedule(rate, 0, Schedule.Shape.CONSTANT, allSteps()),
                    AdamW.Settings.defaults().withMaxNorm(0),
                    0,
                    Optional.empty());
        }
    }

    /**
     * Stage 2: what is learned is s, with γᵢ = σ(sᵢ); Δθ is frozen.
     *
     * @param change Δθ
     * @param values s, one for each layer
     */
    private record MaskLearning(Change change, DeviceVector values, double sparsity)
            implements Trainable {
        @Override
        public float[] gamma() {
            float[] gamma = values.values();
            for (int i = 0; i < gamma.length; i++) {
                gamma[i] = (float) sigmoid(gamma[i]);
            }
            return gamma;
        }

        @Override
        public Want want() {
            return Want.MASK_GRADIENT;
        }

        /** ∂L/∂sᵢ = (∂L/∂γᵢ + pull) · σ(sᵢ)(1 − σ(sᵢ)). */
        @Override
        public void finish(DeviceVector gradient) {
            float[] s = values.values();
            float[] g = gradient.values();
            double length = 0;
            for (float x : g) {
                length += (double) x * x;
            }
            double pull = sparsity * Math.sqrt(length / g.length);
            for (int i = 0; i < g.length; i++) {
                double gamma = sigmoid(s[i]);
                g[i] = (float) ((g[i] + pull) * gamma * (1 - gamma));
            }
            gradient.set(g);
        }
    }

    /**
     * Stage 2 as something to train, by the first sparsity; {@code logits} holds s afterwards, Δθ
     * stays as it was.
     */
    public static Trainable stage2(Change change, DeviceVector logits, MaskSettings settings) {
        return new MaskLearning(change, logits, settings.sparsity());
    }

    /**
     * Ranks layers by σ(sᵢ), highest first.
     *
     * @param layers those with a Δθᵢ
     * @param logits s of all layers of the model, by index
     */
    public static Ranking rank(List<LinearLayer> layers, float[] logits) {
        return Ranking.ofMask(
                layers, layers.stream().mapToDouble(l -> logits[l.index()]).toArray());
    }

    /**
     * The plain criterion that the mask is to be compared with: −∂L/∂γᵢ at γ = 1, the fall of the
     * mean loss over all supervised tokens if Δθᵢ grew.
     *
     * @return in nats per unit of γ, one for each layer of the model
     */
    public static double[] gain(Network network, Change change, List<Batch> batches) {
        return gain(network, change, ones(network.dimensions().layers()), batches);
    }

    /** The same at another γ, one for each layer of the model. */
    public static double[] gain(
            Network network, Change change, float[] gamma, List<Batch> batches) {
        int layers = gamma.length;
        long supervised = batches.stream().mapToLong(b -> b.labels().length).sum();
        try (DeviceVector gradient = network.vector(new float[layers])) {
            for (Batch b : batches) {
                double weight = 1.0 / supervised;
                network.step(b, change, gamma, Want.MASK_GRADIENT, gradient, weight);
            }
            float[] g = gradient.values();
            double[] gain = new double[layers];
            Arrays.setAll(gain, i -> -(double) g[i]);
            return gain;
        }
    }

    private static double sigmoid(double x) {
        // StrictMath: the same bits on every machine.
        return 1 / (1 + StrictMath.exp(-x));
    }

    static float[] ones(int n) {
        float[] x = new float[n];
        Arrays.fill(x, 1f);
        return x;
    }
}

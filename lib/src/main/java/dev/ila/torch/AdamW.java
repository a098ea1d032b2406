package dev.ila.torch;

import dev.ila.run.Require;

/**
 * AdamW as PyTorch's, in place: decoupled weight decay, bias correction, clipping by the norm of
 * the whole gradient.
 */
public final class AdamW implements AutoCloseable {
    /**
     * Its settings.
     *
     * @param beta1 decay of the gradient's running mean
     * @param beta2 decay of the squared gradient's running mean
     * @param epsilon added to the root of the squared gradient's mean
     * @param weightDecay share of a parameter taken away at each step, times the rate
     * @param maxNorm longest gradient, longer ones are scaled down to it; 0: as they are
     */
    public record Settings(
            double beta1, double beta2, double epsilon, double weightDecay, double maxNorm) {
        /** Checks each value. */
        public Settings {
            Require.between(0, 0.999999, beta1, "beta1");
            Require.between(0, 0.999999, beta2, "beta2");
            Require.positive(epsilon, "epsilon");
            Require.between(0, 1e6, weightDecay, "weightDecay");
            Require.between(0, 1e30, maxNorm, "maxNorm");
        }

        /** PyTorch's betas and epsilon, no decay, clipping at 1. */
        public static Settings defaults() {
            return new Settings(0.9, 0.999, 1e-8, 0.0, 1.0);
        }

        /** The same with another longest gradient. */
        public Settings withMaxNorm(double norm) {
            return new Settings(beta1, beta2, epsilon, weightDecay, norm);
        }
    }

    private final Network network;
    private final Settings settings;
    private final DeviceVector mean;
    private final DeviceVector square;

    /** An optimizer of {@code size} parameters before its first step. */
    public AdamW(Network network, Settings settings, int size) {
        this.network = network;
        this.settings = settings;
        this.mean = network.vector(new float[size]);
        this.square = network.vector(new float[size]);
    }

    /** Running mean of the gradient. */
    public DeviceVector mean() {
        return mean;
    }

    /** Running mean of the squared gradient. */
    public DeviceVector square() {
        return square;
    }

    /**
     * Changes {@code x} by one step; {@code gradient} is clipped in place.
     *
     * @param step from 1
     * @return length of the gradient before clipping
     */
    public double step(DeviceVector x, DeviceVector gradient, double rate, long step) {
        double[] real = {
            rate,
            settings.beta1(),
            settings.beta2(),
            settings.epsilon(),
            settings.weightDecay(),
            step,
            settings.maxNorm()
        };
        return network.adamw(x, gradient, mean, square, real);
    }

    @Override
    public void close() {
        mean.close();
        square.close();
    }
}

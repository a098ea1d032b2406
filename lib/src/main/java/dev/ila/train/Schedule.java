package dev.ila.train;

import dev.ila.run.Require;

/**
 * The learning rate of each step: a linear warm-up, then a shape.
 *
 * @param rate the highest
 * @param warmup share of {@code steps} spent rising to it
 * @param shape what follows
 * @param steps number of steps if nothing ends the training earlier
 */
public record Schedule(double rate, double warmup, Shape shape, int steps) {
    /** The course of the rate after warm-up. */
    public enum Shape {
        /** Stays. */
        CONSTANT,
        /** Falls to zero at the last step along half a cosine. */
        COSINE
    }

    /** Checks each value. */
    public Schedule {
        Require.positive(rate, "rate");
        Require.between(0, 1, warmup, "warmup");
        Require.atLeast(1, steps, "steps");
    }

    /** Number of warm-up steps. */
    public int warmupSteps() {
        return (int) Math.ceil(warmup * steps - 1e-9);
    }

    /** The rate of a step, from 1. */
    public double at(int step) {
        int rising = warmupSteps();
        if (step <= rising) {
            return rate * step / rising;
        }
        if (shape == Shape.CONSTANT) {
            return rate;
        }
        double done = (step - 1 - rising) / (double) Math.max(1, steps - rising);
        return rate * 0.5 * (1 + Math.cos(Math.PI * done));
    }
}

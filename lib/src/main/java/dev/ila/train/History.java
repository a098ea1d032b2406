package dev.ila.train;

import dev.ila.run.Require;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What happened in training, step by step.
 *
 * @param steps in order; stage 1 before stage 2
 */
public record History(List<Step> steps) {
    /** Takes a copy. */
    public History {
        steps = List.copyOf(steps);
    }

    /** This history and one more step. */
    public History plus(Step step) {
        List<Step> all = new ArrayList<>(steps);
        all.add(step);
        return new History(all);
    }

    /** The steps of one stage. */
    public List<Step> stage(int stage) {
        return steps.stream().filter(s -> s.stage() == stage).toList();
    }

    /**
     * The same, but of one stage some steps only, numbered from 1.
     *
     * @param before steps of that stage that are left out
     * @param count steps of it that are kept
     */
    public History part(int stage, int before, int count) {
        List<Step> some = new ArrayList<>();
        for (Step s : steps) {
            if (s.stage() != stage) {
                some.add(s);
            } else if (s.step() > before && s.step() <= before + count) {
                some.add(s.numbered(s.step() - before));
            }
        }
        return new History(some);
    }

    /** The held-out loss of stage 1 that was measured last, in nats per supervised token. */
    public double lastHeldOut() {
        double[] measured = stage(1).stream().flatMapToDouble(s -> s.heldOut().stream()).toArray();
        Require.atLeast(1, measured.length, "number of measurements of the held-out loss");
        return measured[measured.length - 1];
    }

    private static final String HEADER =
            "stage,step,loss,learning_rate,gradient_norm,tokens,held_out_loss,seconds";

    /** One line for each step, as in {@code history.csv}; numbers read back as they were. */
    public String toCsv() {
        StringBuilder out = new StringBuilder(HEADER).append('\n');
        for (Step s : steps) {
            out.append(s.stage()).append(',').append(s.step()).append(',').append(s.loss());
            out.append(',').append(s.learningRate()).append(',').append(s.gradientNorm());
            out.append(',').append(s.tokens()).append(',');
            s.heldOut().ifPresent(out::append);
            out.append(',').append(s.seconds()).append('\n');
        }
        return out.toString();
    }

    /** Reads {@link #toCsv}. */
    public static History fromCsv(String csv) {
        List<Step> steps = new ArrayList<>();
        for (String line : csv.lines().skip(1).toList()) {
            String[] f = line.split(",", -1);
            if (f.length != HEADER.split(",").length) {
                throw new IllegalArgumentException(
                        "line of the history must be " + HEADER + ", but is: " + line);
            }
            OptionalDouble heldOut =
                    f[6].isEmpty()
                            ? OptionalDouble.empty()
                            : OptionalDouble.of(Double.parseDouble(f[6]));
            steps.add(
                    new Step(
                            Integer.parseInt(f[0]),
                            Integer.parseInt(f[1]),
                            Double.parseDouble(f[2]),
                            Double.parseDouble(f[3]),
                            Double.parseDouble(f[4]),
                            Long.parseLong(f[5]),
                            Double.parseDouble(f[7]),
                            heldOut));
        }
        return new History(steps);
    }

    /**
     * One optimizer step.
     *
     * @param stage 1 (Δθ) or 2 (mask)
     * @param step from 1, within its stage
     * @param loss mean over the supervised tokens of the effective batch, in nats, before the step
     * @param learningRate the rate it was made with
     * @param gradientNorm before clipping
     * @param tokens real tokens of the effective batch, padding left out
     * @param seconds wall time of the step; the one column that differs between equal runs
     * @param heldOut mean loss over held-out supervised tokens after the step, where it was
     *     measured
     */
    public record Step(
            int stage,
            int step,
            double loss,
            double learningRate,
            double gradientNorm,
            long tokens,
            double seconds,
            OptionalDouble heldOut) {
        private Step numbered(int other) {
            return new Step(
                    stage, other, loss, learningRate, gradientNorm, tokens, seconds, heldOut);
        }
    }
}

package dev.ila.search;

import dev.ila.run.Require;
import dev.ila.torch.AdamW;
import dev.ila.train.History;
import dev.ila.train.Schedule;
import dev.ila.train.Stability;
import dev.ila.train.Trainer;
import java.util.Optional;

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

    /**
     * At most 1,000 steps at 2e-4 after a warm-up, no decay, gradients of length 1 at most, the
     * held-out loss every 10 steps, {@link Stability#defaults}.
     */
    public static FineTuning defaults() {
        return new FineTuning(
                new Schedule(2e-4, 0.03, Schedule.Shape.CONSTANT, 1000),
                0,
                1,
                10,
                Stability.defaults());
    }

    /** The same with another schedule. */
    public FineTuning with(Schedule other) {
        return new FineTuning(other, weightDecay, maxNorm, evaluateEvery, stability);
    }

    /** The same with another end. */
    public FineTuning with(Stability other) {
        return new FineTuning(schedule, weightDecay, maxNorm, evaluateEvery, other);
    }

    /** Where stage 1 became stable, if it did. */
    Optional<Stability.Point> stable(History history) {
        return stability.find(history.stage(1), schedule);
    }

    /** For the trainer; AdaLoRA's takes all steps. */
    Trainer.Settings training(Delta delta) {
        boolean whole = delta instanceof Delta.AdaLora;
        return new Trainer.Settings(
                1,
                schedule,
                new AdamW.Settings(0.9, 0.999, 1e-8, weightDecay, maxNorm),
                evaluateEvery,
                whole ? Optional.empty() : Optional.of(stability));
    }
}

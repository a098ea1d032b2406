package dev.ila.train;

import dev.ila.data.Batch;
import dev.ila.run.Require;
import dev.ila.torch.AdamW;
import dev.ila.torch.Change;
import dev.ila.torch.DeviceVector;
import dev.ila.torch.Network;
import dev.ila.torch.Network.Want;
import dev.ila.torch.TokenLosses;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CancellationException;
import java.util.function.IntFunction;

/**
 * The training loop. The loss of a step is the sum over all supervised tokens of the effective
 * batch divided by their number, however the batch is cut into micro-batches.
 */
public final class Trainer {
    /**
     * What to do.
     *
     * @param stage 1 (Δθ) or 2 (mask), for the history
     * @param schedule rate and the cap on steps
     * @param optimizer AdamW's
     * @param evaluateEvery steps between two measurements of the held-out loss; 0: none
     * @param stability ends the training when it is reached, if given
     */
    public record Settings(
            int stage,
            Schedule schedule,
            AdamW.Settings optimizer,
            int evaluateEvery,
            Optional<Stability> stability) {
        /** Checks that stability has something to look at. */
        public Settings {
            Require.atLeast(0, evaluateEvery, "evaluateEvery");
            Require.that(
                    stability.isEmpty() || evaluateEvery > 0,
                    evaluateEvery,
                    "evaluateEvery",
                    "1 or more when stability is to be tested");
        }
    }

    /** Who wants to know; called after each step, on the training's thread. */
    @FunctionalInterface
    public interface Listener {
        /**
         * A step was made.
         *
         * @param progress the training, of which {@link Progress#state} makes a copy
         */
        void stepped(Progress progress);

        /** Whether the training is to stop after this step, as if its thread were interrupted. */
        default boolean stopAsked() {
            return false;
        }
    }

    /** The training as it stands after a step. */
    public interface Progress {
        /** The step just made. */
        History.Step step();

        /** The highest number of steps. */
        int steps();

        /** Whether this was the last step, or the thread was interrupted. */
        boolean ends();

        /** A copy of everything that is needed to go on from here. */
        State state();
    }

    private final Network network;
    private final Trainable what;
    private final Settings settings;

    /** A training of {@code what} on {@code network}. */
    public Trainer(Network network, Trainable what, Settings settings) {
        this.network = network;
        this.what = what;
        this.settings = settings;
    }

    /**
     * Trains from a state on.
     *
     * @param batches micro-batches of a step, from 1: the same for the same step
     * @param heldOut records that are never trained on
     * @param from where to begin or to go on
     * @return the history, earlier stages included
     * @throws CancellationException if the thread is interrupted, after the listener was told
     * @throws IllegalStateException if the loss or its gradient is not finite; the listener is not
     *     told of that step
     */
    public History run(
            IntFunction<List<Batch>> batches, List<Batch> heldOut, State from, Listener listener) {
        int size = what.values().size();
        History history = from.history();
        try (AdamW adam = new AdamW(network, settings.optimizer(), size);
                DeviceVector gradient = network.vector(new float[size])) {
            from.restore(what, adam);
            int step = from.step();
            what.begin(step);
            while (step < settings.schedule().steps() && stable(history).isEmpty()) {
                step++;
                History.Step made = step(step, batches.apply(step), heldOut, adam, gradient);
                history = history.plus(made);
                boolean interrupted = Thread.interrupted() || listener.stopAsked();
                boolean last = step == settings.schedule().steps() || stable(history).isPresent();
                listener.stepped(new Now(made, history, adam, interrupted || last));
                if (interrupted && !last) {
                    throw new CancellationException(
                            "stopped after step " + step + " of stage " + settings.stage());
                }
            }
        }
        return history;
    }

    /** Where the training became stable, if it was to be tested and did. */
    private Optional<Stability.Point> stable(History history) {
        return settings.stability()
                .flatMap(s -> s.find(history.stage(settings.stage()), settings.schedule()));
    }

    private History.Step step(
            int step, List<Batch> batches, List<Batch> heldOut, AdamW adam, DeviceVector gradient) {
        long start = System.nanoTime();
        long supervised = batches.stream().mapToLong(b -> b.labels().length).sum();
        gradient.zero();
        double rate = settings.schedule().at(step);
        double loss = 0;
        double norm;
        List<TokenLosses> queued = new ArrayList<>();
        try {
            // A device is kept busy over all micro-batches: nothing is read in between.
            float[] gamma = what.gamma();
            for (Batch b : batches) {
                double weight = 1.0 / supervised;
                queued.add(network.queue(b, what.change(), gamma, what.want(), gradient, weight));
            }
            what.finish(gradient);
            int since = what.since(step);
            if (step == since + 1) {
                adam.mean().zero();
                adam.square().zero();
            }
            norm = adam.step(what.values(), gradient, rate, step - since);
            what.stepped(step, gradient);
            for (TokenLosses losses : queued) {
                loss += sum(losses.read());
            }
        } finally {
            queued.forEach(TokenLosses::close);
        }
        loss /= supervised;
        requireFinite(loss, "loss", step);
        requireFinite(norm, "length of the gradient", step);
        double seconds = (System.nanoTime() - start) / 1e9;
        long tokens = batches.stream().mapToLong(Batch::tokens).sum();
        OptionalDouble held = OptionalDouble.empty();
        if (settings.evaluateEvery() > 0 && step % settings.evaluateEvery() == 0) {
            double of = loss(network, what.change(), what.gamma(), heldOut);
            held = OptionalDouble.of(requireFinite(of, "held-out loss", step));
        }
        return new History.Step(settings.stage(), step, loss, rate, norm, tokens, seconds, held);
    }

    /**
     * Mean loss over the supervised tokens of some batches, in nats.
     *
     * @param gamma one for each layer
     */
    public static double loss(Network network, Change change, float[] gamma, List<Batch> batches) {
        double sum = 0;
        long supervised = 0;
        try (DeviceVector unused = network.vector(new float[1])) {
            for (Batch b : batches) {
                sum += sum(network.step(b, change, gamma, Want.LOSS, unused, 0));
                supervised += b.labels().length;
            }
        }
        return sum / supervised;
    }

    private double requireFinite(double value, String name, int step) {
        if (!Double.isFinite(value)) {
            throw new Diverged(
                    name
                            + " must be a finite number, but is: "
                            + value
                            + " at step "
                            + step
                            + " of stage "
                            + settings.stage()
                            + "; try a lower learning rate, or precision f32");
        }
        return value;
    }

    private static double sum(float[] x) {
        double sum = 0;
        for (float v : x) {
            sum += v;
        }
        return sum;
    }

    private final class Now implements Progress {
        private final History.Step step;
        private final History history;
        private final AdamW adam;
        private final boolean ends;

        Now(History.Step step, History history, AdamW adam, boolean ends) {
            this.step = step;
            this.history = history;
            this.adam = adam;
            this.ends = ends;
        }

        @Override
        public History.Step step() {
            return step;
        }

        @Override
        public int steps() {
            return settings.schedule().steps();
        }

        @Override
        public boolean ends() {
            return ends;
        }

        @Override
        public State state() {
            return State.of(settings.stage(), step.step(), what, adam, history);
        }
    }
}

package dev.ila.train;

import dev.ila.torch.Change;
import dev.ila.torch.DeviceVector;
import dev.ila.torch.Network.Want;
import java.util.List;

/** What a training learns, and how the loss depends on it: θ₀ + γ ⊙ Δθ (paper §3). */
public interface Trainable extends AutoCloseable {
    /** The numbers that the optimizer changes. */
    DeviceVector values();

    /** A copy of what has been learned by now: Δθ's numbers, or {@link #values}. */
    default float[] learned() {
        return values().values();
    }

    /** Δθ, with its numbers of now. */
    Change change();

    /** γ of now, one for each layer. */
    float[] gamma();

    /** By what the loss is differentiated. */
    default Want want() {
        return Want.CHANGE_GRADIENT;
    }

    /**
     * Turns the gradient that {@link #want} names into the gradient by {@link #values}, in place,
     * once for each optimizer step.
     */
    default void finish(DeviceVector gradient) {}

    /**
     * A training begins, or goes on, with the values that are there.
     *
     * @param step steps made before
     */
    default void begin(int step) {}

    /**
     * The optimizer has made a step.
     *
     * @param step from 1
     * @param gradient that it was made with
     */
    default void stepped(int step, DeviceVector gradient) {}

    /**
     * Steps made, of those before a step, when the optimizer last began anew; 0 if it never did.
     */
    default int since(int step) {
        return 0;
    }

    /** What else it remembers from step to step. */
    default List<DeviceVector> means() {
        return List.of();
    }

    /** Gives the device's memory back. */
    @Override
    default void close() {
        values().close();
    }
}

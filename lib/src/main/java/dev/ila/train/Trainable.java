package dev.ila.train;

import dev.ila.torch.Change;
import dev.ila.torch.DeviceVector;
import dev.ila.torch.Network.Want;

/** What a training learns, and how the loss depends on it: θ₀ + γ ⊙ Δθ (paper §3). */
public interface Trainable {
    /** The numbers that the optimizer changes. */
    DeviceVector values();

    /** Δθ, with its numbers of now. */
    Change change();

    /** γ of now, one for each layer. */
    float[] gamma();

    /** By what the loss is differentiated. */
    Want want();

    /**
     * Turns the gradient that {@link #want} names into the gradient by {@link #values}, in place,
     * once for each optimizer step.
     */
    default void finish(DeviceVector gradient) {}
}

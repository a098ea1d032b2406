package dev.ila.train;

/** A training of Δθ, whose γ stays as it was given. */
abstract class Unmasked implements Trainable {
    private final float[] gamma;

    Unmasked(float... gamma) {
        this.gamma = gamma.clone();
    }

    @Override
    public float[] gamma() {
        return gamma.clone();
    }
}

package dev.ila.delta;

/** What B·A is multiplied by. */
public enum LoraScaling {
    /** α/r, as in LoRA's paper and in this method's Δθᵢ = (α/r)·BᵢAᵢ. */
    ALPHA_OVER_RANK,
    /** α/√r: rank-stabilised LoRA, PEFT's {@code use_rslora}. */
    ALPHA_OVER_ROOT_RANK;

    /** The factor of B·A. */
    public double factor(double alpha, int rank) {
        return alpha / (this == ALPHA_OVER_RANK ? rank : Math.sqrt(rank));
    }
}

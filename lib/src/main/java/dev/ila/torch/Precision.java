package dev.ila.torch;

/** The number type of frozen weights and activations. What is trained is always f32. */
public enum Precision {
    /** 32-bit IEEE floats. */
    F32(Stored.F32),
    /** bfloat16: f32's range, 8 bits of precision. */
    BF16(Stored.BF16),
    /**
     * QLoRA's 4-bit NormalFloat (arXiv 2305.14314 §3, without double quantization) for the linear
     * layers of the blocks, 4.5 bits a weight in all; everything else is bf16.
     */
    NF4(Stored.BF16),
    /** The same with QLoRA's double quantization: 4.13 bits a weight. */
    NF4_DOUBLE(Stored.BF16);

    private final Stored stored;

    Precision(Stored stored) {
        this.stored = stored;
    }

    /** PyTorch's number for the type of all that is not packed. */
    int code() {
        return stored.code();
    }

    /** Whether linear layers are packed in NF4. */
    public boolean packed() {
        return this == NF4 || this == NF4_DOUBLE;
    }

    /** Bytes of a number that is not packed. */
    public int bytes() {
        return stored == Stored.F32 ? 4 : 2;
    }
}

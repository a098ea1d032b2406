package dev.ila.torch;

/** The number type of frozen weights and activations. What is trained is always f32. */
public enum Precision {
    /** 32-bit IEEE floats. */
    F32(Stored.F32),
    /** bfloat16: f32's range, 8 bits of precision. */
    BF16(Stored.BF16);

    private final Stored stored;

    Precision(Stored stored) {
        this.stored = stored;
    }

    /** PyTorch's number for the type. */
    int code() {
        return stored.code();
    }
}

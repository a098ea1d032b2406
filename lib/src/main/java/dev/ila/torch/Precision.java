package dev.ila.torch;

/** The number type of frozen weights and activations. What is trained is always f32. */
public enum Precision {
    /** 32-bit IEEE floats. */
    F32,
    /** bfloat16: f32's range, 8 bits of precision. */
    BF16
}

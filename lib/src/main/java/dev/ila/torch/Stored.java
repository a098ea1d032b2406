package dev.ila.torch;

/** Number type of a weight in a file. */
public enum Stored {
    /** 32-bit float. */
    F32(6),
    /** IEEE half. */
    F16(5),
    /** bfloat16. */
    BF16(15);

    private final int code;

    Stored(int code) {
        this.code = code;
    }

    /** PyTorch's number for it. */
    int code() {
        return code;
    }
}

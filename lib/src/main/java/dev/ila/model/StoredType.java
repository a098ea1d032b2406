package dev.ila.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/** The number types of the safetensors format. */
public enum StoredType {
    /** A byte that is 0 or 1. */
    BOOL(8),
    /** 4-bit float. */
    F4(4),
    /** 6-bit float, 2 bits of exponent. */
    F6_E2M3(6),
    /** 6-bit float, 3 bits of exponent. */
    F6_E3M2(6),
    /** Unsigned byte. */
    U8(8),
    /** Signed byte. */
    I8(8),
    /** 8-bit float, 5 bits of exponent. */
    F8_E5M2(8),
    /** 8-bit float, 4 bits of exponent. */
    F8_E4M3(8),
    /** 8-bit float, 5 bits of exponent, without infinities. */
    F8_E5M2FNUZ(8),
    /** 8-bit float, 4 bits of exponent, without infinities. */
    F8_E4M3FNUZ(8),
    /** 8 bits of exponent alone. */
    F8_E8M0(8),
    /** Signed 16-bit integer. */
    I16(16),
    /** Unsigned 16-bit integer. */
    U16(16),
    /** IEEE half precision. */
    F16(16),
    /** bfloat16, the upper half of an F32. */
    BF16(16),
    /** Signed 32-bit integer. */
    I32(32),
    /** Unsigned 32-bit integer. */
    U32(32),
    /** IEEE single precision. */
    F32(32),
    /** Complex number of two F32. */
    C64(64),
    /** IEEE double precision. */
    F64(64),
    /** Signed 64-bit integer. */
    I64(64),
    /** Unsigned 64-bit integer. */
    U64(64);

    private final int bits;

    StoredType(int bits) {
        this.bits = bits;
    }

    /** Size of one number, in bits. */
    public int bits() {
        return bits;
    }

    /** Whether weights of this type can be computed with: F32, F16 or BF16. */
    public boolean isWeight() {
        return this == F32 || this == F16 || this == BF16;
    }

    /** The type of that name in a safetensors header, if there is one. */
    static Optional<StoredType> of(String name) {
        return Arrays.stream(values()).filter(t -> t.name().equals(name)).findFirst();
    }

    /**
     * Reads {@code count} numbers from the buffer's position on.
     *
     * @throws IllegalStateException for a type that is not a weight's
     */
    void read(ByteBuffer from, float[] to, int at, int count) {
        ByteBuffer in = from.slice().order(ByteOrder.LITTLE_ENDIAN);
        switch (this) {
            case F32 -> in.asFloatBuffer().get(to, at, count);
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    to[at + i] = Float.intBitsToFloat(in.getShort(2 * i) << 16);
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    to[at + i] = half(in.getShort(2 * i));
                }
            }
            default -> throw new IllegalStateException("type must be F32, F16 or BF16: " + this);
        }
    }

    /**
     * Writes {@code count} numbers at the buffer's position, rounded to the nearest, to the even
     * one of two.
     *
     * @throws IllegalStateException for a type that is not a weight's
     */
    void write(float[] from, int count, ByteBuffer to) {
        ByteBuffer out = to.slice().order(ByteOrder.LITTLE_ENDIAN);
        switch (this) {
            case F32 -> out.asFloatBuffer().put(from, 0, count);
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    int bits = Float.floatToIntBits(from[i]);
                    int even = bits + 0x7fff + (bits >>> 16 & 1);
                    out.putShort(2 * i, (short) ((Float.isNaN(from[i]) ? bits : even) >>> 16));
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    out.putShort(2 * i, half(from[i]));
                }
            }
            default -> throw new IllegalStateException("type must be F32, F16 or BF16: " + this);
        }
    }

    /** Float.floatToFloat16 came with Java 20. */
    private static short half(float x) {
        int sign = Float.floatToIntBits(x) >>> 16 & 0x8000;
        float size = Math.abs(x);
        if (Float.isNaN(x)) {
            return (short) (sign | 0x7e00);
        }
        if (size >= 0x1.ffep15f) {
            return (short) (sign | 0x7c00);
        }
        // Of a number so scaled the last bit is worth 1, and rint rounds to even.
        int exponent = Math.max(-14, Math.getExponent(size));
        int steps = (int) Math.rint(Math.scalb((double) size, 10 - exponent));
        return (short) (sign | (exponent + 14 << 10) + steps);
    }

    /** Float.float16ToFloat came with Java 20. */
    private static float half(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = bits >> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        if (exponent == 0) {
            float tiny = fraction * 0x1p-24f;
            return sign == 0 ? tiny : -tiny;
        }
        int wide = exponent == 0x1f ? 0xff : exponent + 112;
        return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
    }
}

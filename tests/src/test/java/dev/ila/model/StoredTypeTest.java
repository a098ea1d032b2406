package dev.ila.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What is written reads back; what lies between two numbers goes to the nearer, or the even one.
 */
class StoredTypeTest {
    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void everyNumberReadsBack(StoredType type) {
        ByteBuffer bytes = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN);
        float[] x = new float[1];
        for (int bits = 0; bits < 1 << 16; bits++) {
            bytes.putShort(0, (short) bits);
            type.read(bytes, x, 0, 1);
            type.write(x, 1, bytes);
            int again = bytes.getShort(0) & 0xffff;
            if (Float.isNaN(x[0])) {
                type.read(bytes, x, 0, 1);
                assertEquals(Float.NaN, x[0]);
            } else {
                assertEquals(bits, again, "of " + x[0]);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void theNearestIsWrittenAndOfTwoTheEvenOne(StoredType type) {
        ByteBuffer bytes = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN);
        int last = type == StoredType.F16 ? 0x7bff : 0x7f7f;
        for (int bits = 0; bits < last; bits++) {
            double low = read(type, bits);
            double high = read(type, bits + 1);
            float middle = (float) ((low + high) / 2);
            if (middle == (low + high) / 2) {
                assertEquals(bits + bits % 2, written(type, middle, bytes), "of " + middle);
                assertEquals(bits, written(type, Math.nextDown(middle), bytes), "of " + middle);
                assertEquals(bits + 1, written(type, Math.nextUp(middle), bytes), "of " + middle);
            }
        }
    }

    @Test
    void whatIsTooLargeForHalfPrecisionIsInfinite() {
        ByteBuffer bytes = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(0x7bff, written(StoredType.F16, 65519.996f, bytes));
        assertEquals(0x7c00, written(StoredType.F16, 65520, bytes));
        assertEquals(0xfc00, written(StoredType.F16, -1e30f, bytes));
    }

    private static int written(StoredType type, float x, ByteBuffer bytes) {
        type.write(new float[] {x}, 1, bytes);
        return bytes.getShort(0) & 0xffff;
    }

    private static double read(StoredType type, int bits) {
        ByteBuffer bytes = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putShort(0, (short) bits);
        float[] x = new float[1];
        type.read(bytes, x, 0, 1);
        return x[0];
    }
}

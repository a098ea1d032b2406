package dev.ila.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
    @TempDir Path directory;

    private Path file() {
        return directory.resolve("x.safetensors");
    }

    @Test
    void whatIsWrittenIsReadBack() {
        float[] many = new float[200_003];
        for (int i = 0; i < many.length; i++) {
            many[i] = i * 0.25f;
        }
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        tensors.put("odd", TensorData.of(new float[] {1, -0f, Float.NaN}, 3));
        tensors.put("many", TensorData.slice(many, 3, 400, 500));
        tensors.put("whole", TensorData.of(new long[] {Long.MIN_VALUE, 7}, 2));
        tensors.put("none", TensorData.of(new float[0], 0, 5));
        tensors.put("scalar", TensorData.of(new float[] {2.5f}));
        Safetensors.write(file(), tensors, Map.of("format", "pt", "ä", "\"\n"));

        Safetensors read = Safetensors.open(file());
        assertEquals(Map.of("format", "pt", "ä", "\"\n"), read.metadata());
        assertEquals(tensors.keySet(), read.tensors().keySet());
        assertArrayEquals(new float[] {1, -0f, Float.NaN}, read.floats("odd"));
        assertArrayEquals(java.util.Arrays.copyOfRange(many, 3, 200_003), read.floats("many"));
        assertArrayEquals(new long[] {Long.MIN_VALUE, 7}, read.longs("whole"));
        assertArrayEquals(new float[0], read.floats("none"));
        assertArrayEquals(new float[] {2.5f}, read.floats("scalar"));
        assertEquals(List.of(), read.tensor("scalar").shape());
        read.tensors().values().forEach(t -> assertEquals(0, t.offset() % (t.type().bits() / 8)));
    }

    @Test
    void aMapIsOfItsTensorAloneAndReadOnly() {
        float[] values = {1, 2, 3, 4, 5, 6};
        Safetensors.write(file(), Map.of("m", TensorData.of(values, 3, 2)), Map.of());
        Safetensors read = Safetensors.open(file());
        ByteBuffer map = new StoredTensor(read, read.tensor("m")).rows(1, 3);
        assertTrue(map.isDirect());
        assertEquals(16, map.capacity());
        assertEquals(0, map.position());
        assertEquals(3f, map.getFloat(0));
        assertThrows(ReadOnlyBufferException.class, () -> map.putFloat(0, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> read.map(read.tensor("m"), 20, 8));
    }

    @Test
    void halfPrecisionsAreExact() throws IOException {
        short[] half = {0, (short) 0x8000, 1, 0x3ff, 0x400, 0x3c00, (short) 0xc000, 0x7bff, 0x7c00};
        float[] expected = {
            0f, -0f, 0x1p-24f, 1023 * 0x1p-24f, 0x1p-14f, 1, -2, 65504, Float.POSITIVE_INFINITY
        };
        String header =
                "{\"h\":{\"dtype\":\"F16\",\"shape\":[9],\"data_offsets\":[0,18]},"
                        + "\"b\":{\"dtype\":\"BF16\",\"shape\":[1,2],\"data_offsets\":[18,22]}}";
        Path file = TinyLlama.raw(file(), header, 22);
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        data.position(bytes.length - 22);
        for (short h : half) {
            data.putShort(h);
        }
        data.putShort((short) 0x3fc0).putShort((short) 0xc000);
        Files.write(file, bytes);
        assertArrayEquals(expected, Safetensors.open(file).floats("h"));
        assertArrayEquals(new float[] {1.5f, -2}, Safetensors.open(file).floats("b"));
    }

    @Test
    void aFailedWriteNamesTheFile() throws IOException {
        Path inside = Files.writeString(file(), "a file").resolve("y.safetensors");
        UncheckedIOException e =
                assertThrows(
                        UncheckedIOException.class,
                        () -> Safetensors.write(inside, Map.of(), Map.of()));
        assertEquals(
                "y.safetensors could not be written: a file is in the way (" + inside + ")",
                e.getMessage());
    }

    @Test
    void aShapeLargerThanItsArrayIsRefused() {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> TensorData.slice(new float[5], 2, 2, 2));
        assertEquals("shape must be of 3 numbers at most, but is: [2, 2]", e.getMessage());
    }

    @Test
    void aFileThatShrankIsNotMapped() throws IOException {
        Safetensors.write(file(), Map.of("m", TensorData.of(new float[4], 4)), Map.of());
        Safetensors read = Safetensors.open(file());
        Files.write(file(), new byte[10]);
        UncheckedIOException e = assertThrows(UncheckedIOException.class, () -> read.floats("m"));
        assertEquals(
                file() + ": size must be " + read.size() + " bytes as before, but is: 10",
                e.getMessage());
    }
}

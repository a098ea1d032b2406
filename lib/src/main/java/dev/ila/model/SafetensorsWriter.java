package dev.ila.model;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** The bytes of a safetensors file. */
final class SafetensorsWriter {
    private SafetensorsWriter() {}

    static void write(
            OutputStream out, Map<String, TensorData> tensors, Map<String, String> metadata)
            throws IOException {
        // Larger numbers first keep every tensor aligned to its own numbers.
        List<Map.Entry<String, TensorData>> order =
                tensors.entrySet().stream()
                        .sorted(Comparator.comparingInt(e -> -e.getValue().type().bits()))
                        .toList();
        out.write(header(order, metadata));
        for (Map.Entry<String, TensorData> e : order) {
            e.getValue().writeTo(out);
        }
    }

    private static byte[] header(
            List<Map.Entry<String, TensorData>> order, Map<String, String> metadata) {
        JsonObject root = new JsonObject();
        if (!metadata.isEmpty()) {
            JsonObject texts = new JsonObject();
            metadata.forEach(texts::addProperty);
            root.add("__metadata__", texts);
        }
        long end = 0;
        for (Map.Entry<String, TensorData> e : order) {
            long begin = end;
            end += e.getValue().bytes();
            JsonObject tensor = new JsonObject();
            tensor.addProperty("dtype", e.getValue().type().name());
            tensor.add("shape", array(e.getValue().shape()));
            tensor.add("data_offsets", array(List.of(begin, end)));
            root.add(e.getKey(), tensor);
        }
        byte[] text = root.toString().getBytes(StandardCharsets.UTF_8);
        int padded = (text.length + 7) / 8 * 8;
        ByteBuffer out = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(padded).put(text);
        while (out.hasRemaining()) {
            out.put((byte) ' ');
        }
        return out.array();
    }

    private static JsonArray array(List<Long> numbers) {
        JsonArray out = new JsonArray();
        numbers.forEach(out::add);
        return out;
    }
}

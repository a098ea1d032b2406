package dev.ila.model;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.ila.run.Hash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file: its length (8 bytes, little-endian), then one JSON object that
 * gives each tensor's type, shape and place among the bytes that follow.
 */
record SafetensorsHeader(
        Map<String, TensorInfo> tensors, Map<String, String> metadata, String sha256) {
    private static final long LONGEST = 100_000_000;
    private static final String CUT_OFF = " (copy a file again that was cut off)";
    private static final String METADATA = "__metadata__";

    static SafetensorsHeader read(Path file, FileChannel channel) throws IOException {
        long size = channel.size();
        FileCheck.that(size >= 8, size, file, "size", "8 bytes or more");
        long length = bytes(channel, 0, 8).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        long most = Math.min(LONGEST, size - 8);
        FileCheck.that(
                length >= 2 && length <= most,
                Long.toUnsignedString(length),
                file,
                "header length",
                "between 2 and " + most + CUT_OFF);
        byte[] text = bytes(channel, 8, (int) length).array();
        return new Reader(file, size - 8 - length, 8 + length).read(text);
    }

    private static ByteBuffer bytes(FileChannel channel, long at, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(count);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, at + buffer.position()) < 0) {
                throw new IOException("shorter than its own size");
            }
        }
        return buffer;
    }

    /** Reads one header; {@code data} bytes of tensors begin at {@code start}. */
    private record Reader(Path file, long data, long start) {
        SafetensorsHeader read(byte[] text) {
            FileCheck.that(
                    text[0] == '{', text[0] & 0xff, file, "first byte of the header", "{ (123)");
            JsonObject root =
                    StrictJson.object(file, "header", new String(text, StandardCharsets.UTF_8));
            Map<String, String> metadata = new LinkedHashMap<>();
            List<TensorInfo> infos = new ArrayList<>();
            for (Map.Entry<String, JsonElement> e : root.entrySet()) {
                if (e.getKey().equals(METADATA)) {
                    metadata.putAll(metadata(e.getValue()));
                } else {
                    infos.add(tensor(e.getKey(), e.getValue()));
                }
            }
            infos.sort(
                    Comparator.comparingLong(TensorInfo::offset)
                            .thenComparingLong(TensorInfo::length));
            checkPlaces(infos);
            Map<String, TensorInfo> tensors = new LinkedHashMap<>();
            infos.forEach(i -> tensors.put(i.name(), i));
            return new SafetensorsHeader(
                    Collections.unmodifiableMap(tensors),
                    Collections.unmodifiableMap(metadata),
                    Hash.sha256(text));
        }

        private Map<String, String> metadata(JsonElement value) {
            Map<String, String> out = new LinkedHashMap<>();
            FileCheck.that(value.isJsonObject(), value, file, METADATA, "an object");
            for (Map.Entry<String, JsonElement> e : value.getAsJsonObject().entrySet()) {
                boolean text =
                        e.getValue().isJsonPrimitive()
                                && e.getValue().getAsJsonPrimitive().isString();
                FileCheck.that(text, e.getValue(), file, METADATA + "." + e.getKey(), "a text");
                out.put(e.getKey(), e.getValue().getAsString());
            }
            return out;
        }

        private TensorInfo tensor(String name, JsonElement value) {
            String tensor = "tensor " + name;
            FileCheck.that(value.isJsonObject(), value, file, tensor, "an object");
            JsonObject object = value.getAsJsonObject();
            String typeName = String.valueOf(object.get("dtype")).replace("\"", "");
            StoredType type =
                    StoredType.of(typeName)
                            .orElseThrow(
                                    () ->
                                            FileCheck.broken(
                                                    file,
                                                    "dtype of "
                                                            + tensor
                                                            + " must be one of safetensors' types,"
                                                            + " but is: "
                                                            + typeName));
            List<Long> shape = longs(object, "shape", tensor);
            List<Long> places = longs(object, "data_offsets", tensor);
            String of = "data_offsets of " + tensor;
            boolean inside =
                    places.size() == 2 && places.get(0) <= places.get(1) && places.get(1) <= data;
            FileCheck.that(
                    inside,
                    places,
                    file,
                    of,
                    "[begin, end] within the " + data + " bytes" + CUT_OFF);
            long length = places.get(1) - places.get(0);
            long expected = length(type, shape, tensor);
            FileCheck.that(
                    length == expected, length, file, "length of " + tensor, expected + " bytes");
            return new TensorInfo(name, type, shape, start + places.get(0), length);
        }

        private long length(StoredType type, List<Long> shape, String tensor) {
            try {
                long bits = type.bits();
                for (long n : shape) {
                    bits = Math.multiplyExact(bits, n);
                }
                if (bits % 8 == 0) {
                    return bits / 8;
                }
            } catch (ArithmeticException e) {
                // Said below, with the shape.
            }
            throw FileCheck.broken(
                    file,
                    "shape of " + tensor + " must be of whole bytes below 2^60, but is: " + shape);
        }

        private List<Long> longs(JsonObject object, String key, String tensor) {
            JsonElement value = object.get(key);
            List<Long> out = new ArrayList<>();
            boolean holds = value != null && value.isJsonArray();
            if (holds) {
                JsonArray array = value.getAsJsonArray();
                for (JsonElement e : array) {
                    holds &= e.toString().matches("\\d{1,18}");
                    out.add(holds ? e.getAsLong() : 0);
                }
            }
            FileCheck.that(
                    holds, value, file, key + " of " + tensor, "a list of numbers from 0 to 10^18");
            return out;
        }

        private void checkPlaces(List<TensorInfo> sorted) {
            long end = start;
            for (TensorInfo i : sorted) {
                FileCheck.that(
                        i.offset() == end,
                        i.offset() - start,
                        file,
                        "begin of tensor " + i.name(),
                        (end - start) + ", where the one before it ends");
                end += i.length();
            }
            FileCheck.that(
                    end == start + data,
                    end - start,
                    file,
                    "end of the last tensor",
                    data + ", the file's");
        }
    }
}

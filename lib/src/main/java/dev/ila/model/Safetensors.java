package dev.ila.model;

import dev.ila.run.AtomicFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;

/**
 * A safetensors file whose header has been checked against the file: every tensor lies inside it,
 * none overlaps another, and none leaves a hole. Nothing is read but the header until it is asked
 * for; the file must not change meanwhile.
 */
public final class Safetensors {
    private final Path file;
    private final long size;
    private final SafetensorsHeader header;

    private Safetensors(Path file, long size, SafetensorsHeader header) {
        this.file = file;
        this.size = size;
        this.header = header;
    }

    /**
     * Reads and checks the header.
     *
     * @throws java.io.UncheckedIOException if the file cannot be read or its header does not fit it
     */
    public static Safetensors open(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new Safetensors(file, channel.size(), SafetensorsHeader.read(file, channel));
        } catch (IOException e) {
            throw FileCheck.unreadable(file, e);
        }
    }

    /** Where it is. */
    public Path file() {
        return file;
    }

    /** Length of the whole file, in bytes. */
    public long size() {
        return size;
    }

    /** SHA-256 of the header's bytes, in hexadecimal. */
    public String headerSha256() {
        return header.sha256();
    }

    /** All tensors by name, in the order of the file. */
    public Map<String, TensorInfo> tensors() {
        return header.tensors();
    }

    /** The free texts that its writer left, empty if none. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /** The tensor of that name, which must be there. */
    public TensorInfo tensor(String name) {
        TensorInfo info = header.tensors().get(name);
        if (info == null) {
            throw FileCheck.broken(
                    file, "tensor " + name + " must be in the file, but is: missing");
        }
        return info;
    }

    /**
     * Maps a part of one tensor, read-only and little-endian, from position 0 of the buffer on. The
     * map lives as long as the buffer is reachable: native code that keeps its address must keep
     * the buffer too, and must never write there.
     *
     * @param tensor one of {@link #tensors}
     * @param fromByte first byte, counted from the tensor's own first
     * @param bytes how many; larger tensors come in several maps
     */
    public ByteBuffer map(TensorInfo tensor, long fromByte, int bytes) {
        Objects.checkFromIndexSize(fromByte, bytes, tensor.length());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            // Reading a map past the end of its file kills the JVM: look again before each.
            FileCheck.that(
                    channel.size() == size,
                    channel.size(),
                    file,
                    "size",
                    size + " bytes as before");
            return channel.map(FileChannel.MapMode.READ_ONLY, tensor.offset() + fromByte, bytes)
                    .order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw FileCheck.unreadable(file, e);
        }
    }

    /**
     * Reads a part of one tensor.
     *
     * @param tensor one of {@link #tensors}
     * @param fromByte first byte, counted from the tensor's own first
     * @param to is filled to its limit
     */
    public void read(TensorInfo tensor, long fromByte, ByteBuffer to) {
        Objects.checkFromIndexSize(fromByte, to.remaining(), tensor.length());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            for (long at = tensor.offset() + fromByte; to.hasRemaining(); ) {
                int n = channel.read(to, at);
                FileCheck.that(n > 0, channel.size(), file, "size", size + " bytes as before");
                at += n;
            }
        } catch (IOException e) {
            throw FileCheck.unreadable(file, e);
        }
    }

    /** Reads a tensor of F32, F16 or BF16 into a new array, row by row. */
    public float[] floats(String name) {
        return new StoredTensor(this, tensor(name)).floats();
    }

    /** Reads a tensor of I64 into a new array. */
    public long[] longs(String name) {
        TensorInfo info = tensor(name);
        requireType(info, info.type() == StoredType.I64, "I64");
        long[] out = new long[Math.toIntExact(info.count())];
        map(info, 0, Math.toIntExact(info.length())).asLongBuffer().get(out);
        return out;
    }

    void requireType(TensorInfo info, boolean holds, String types) {
        FileCheck.that(holds, info.type(), file, "type of tensor " + info.name(), types);
    }

    /**
     * Writes a file whole or not at all: under another name in the same directory, then moved.
     *
     * @param file replaced if there
     * @param tensors by name; I64 first in the file, else in the map's order
     * @param metadata free texts, may be empty
     * @throws java.io.UncheckedIOException if it cannot be written; no part of it is left then
     */
    public static void write(
            Path file, Map<String, TensorData> tensors, Map<String, String> metadata) {
        AtomicFiles.write(file, out -> SafetensorsWriter.write(out, tensors, metadata));
    }
}

package dev.ila.model;

import java.util.List;

/**
 * What a safetensors header says of one tensor, checked against the file.
 *
 * @param name as in the header
 * @param type of its numbers
 * @param shape sizes, rows first; empty for a single number
 * @param offset of its first byte in the file
 * @param length in bytes
 */
public record TensorInfo(String name, StoredType type, List<Long> shape, long offset, long length) {
    /** Takes a copy of the shape. */
    public TensorInfo {
        shape = List.copyOf(shape);
    }

    /** Number of numbers. */
    public long count() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}

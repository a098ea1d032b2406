package dev.ila.model;

import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The repeated blocks of a network, found among its tensors' names and shapes: tensors called
 * {@code <prefix>.<number>.<rest>} for every number from 0 to the number of blocks, exclusive.
 *
 * @param prefix as {@code model.layers}
 * @param blocks for each block what it holds, by {@code rest}
 */
record BlockStructure(String prefix, SortedMap<Integer, SortedMap<String, StoredTensor>> blocks) {
    private static final Pattern NUMBERED = Pattern.compile("(.+?)\\.(0|[1-9]\\d{0,5})\\.(.+)");

    /** Finds the prefix with most tensors, as {@code model.layers}. */
    static BlockStructure of(Path where, Map<String, StoredTensor> tensors) {
        Map<String, SortedMap<Integer, SortedMap<String, StoredTensor>>> found = new TreeMap<>();
        tensors.forEach(
                (name, tensor) -> {
                    Matcher m = NUMBERED.matcher(name);
                    if (m.matches()) {
                        found.computeIfAbsent(m.group(1), p -> new TreeMap<>())
                                .computeIfAbsent(Integer.valueOf(m.group(2)), b -> new TreeMap<>())
                                .put(m.group(3), tensor);
                    }
                });
        return found.entrySet().stream()
                .max((a, b) -> Long.compare(size(a.getValue()), size(b.getValue())))
                .map(e -> new BlockStructure(e.getKey(), e.getValue()))
                .orElseThrow(
                        () ->
                                FileCheck.broken(
                                        where,
                                        "tensor names must be numbered by block, as in"
                                                + " model.layers.0.mlp.up_proj.weight, but is: none"));
    }

    private static long size(SortedMap<Integer, SortedMap<String, StoredTensor>> blocks) {
        return blocks.values().stream().mapToLong(Map::size).sum();
    }
}

package dev.ila.model;

import com.google.gson.JsonElement;
import dev.ila.run.Hash;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The weights of a Hugging Face directory: {@code model.safetensors}, or the files that {@code
 * model.safetensors.index.json} names.
 *
 * @param tensors by name
 * @param shards the files by name
 */
record CheckpointFiles(Map<String, StoredTensor> tensors, SortedMap<String, Safetensors> shards) {
    private static final String WHOLE = "model.safetensors";
    private static final String INDEX = WHOLE + ".index.json";

    static CheckpointFiles open(Path directory) {
        Path index = directory.resolve(INDEX);
        if (Files.isRegularFile(directory.resolve(WHOLE)) || !Files.isRegularFile(index)) {
            return whole(directory.resolve(WHOLE));
        }
        return sharded(directory, JsonFile.read(index));
    }

    private static CheckpointFiles whole(Path path) {
        FileCheck.exists(path, "or " + INDEX + " beside it; save the model in safetensors' format");
        Safetensors file = Safetensors.open(path);
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        file.tensors().forEach((name, info) -> tensors.put(name, new StoredTensor(file, info)));
        return new CheckpointFiles(tensors, new TreeMap<>(Map.of(WHOLE, file)));
    }

    private static CheckpointFiles sharded(Path directory, JsonFile index) {
        JsonFile map =
                index.inner("weight_map")
                        .orElseThrow(
                                () ->
                                        FileCheck.broken(
                                                index.file(),
                                                "weight_map must be there, but is: missing"));
        SortedMap<String, Safetensors> shards = new TreeMap<>();
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, JsonElement> e : map.object().entrySet()) {
            String shard = map.text(e.getKey()).orElse("");
            map.check(
                    !shard.isEmpty() && shard.matches("[^/\\\\]+\\.safetensors"),
                    e.getValue(),
                    e.getKey(),
                    "the name of a safetensors file beside the index");
            Safetensors file =
                    shards.computeIfAbsent(
                            shard,
                            s ->
                                    Safetensors.open(
                                            FileCheck.exists(
                                                    directory.resolve(s),
                                                    "named by " + INDEX + " for " + e.getKey())));
            tensors.put(e.getKey(), new StoredTensor(file, file.tensor(e.getKey())));
        }
        return new CheckpointFiles(tensors, shards);
    }

    /** The file's own SHA-256, or that of lines {@code hash name} as sha256sum prints them. */
    String sha256() {
        List<String> lines =
                shards.entrySet().stream()
                        .map(e -> Hash.sha256(e.getValue().file()) + "  " + e.getKey() + "\n")
                        .toList();
        return lines.size() == 1
                ? lines.get(0).substring(0, 64)
                : Hash.sha256(String.join("", lines).getBytes(StandardCharsets.UTF_8));
    }

    /** One line per file: name, length, hash of the header. */
    String headers() {
        return shards.entrySet().stream()
                .map(
                        e ->
                                e.getKey()
                                        + " "
                                        + e.getValue().size()
                                        + " "
                                        + e.getValue().headerSha256()
                                        + "\n")
                .collect(Collectors.joining());
    }
}

package dev.ila.tune;

import dev.ila.model.Checkpoint;
import dev.ila.model.LinearLayer;
import dev.ila.model.Safetensors;
import dev.ila.model.StoredTensor;
import dev.ila.model.TensorData;
import dev.ila.run.Failure;
import dev.ila.run.Require;
import dev.ila.search.DeltaTheta;
import dev.ila.search.Named;
import dev.ila.search.Runs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A model with a change added to its weights, as a Hugging Face directory of its own. */
public final class Merged {
    /** Files beside the weights that make a directory whole. */
    private static final Set<String> BESIDE =
            Set.of(
                    "config.json",
                    "generation_config.json",
                    "tokenizer.json",
                    "tokenizer_config.json",
                    "tokenizer.model",
                    "special_tokens_map.json",
                    "added_tokens.json",
                    "vocab.json",
                    "merges.txt",
                    "chat_template.jinja",
                    "chat_template.json");

    private Merged() {}

    /**
     * The same of a run: its model and what it has learned, or the adapter that it took.
     *
     * @param run its directory
     * @throws IllegalArgumentException if it has learned nothing yet
     */
    public static void write(Path run, Path directory) {
        Checkpoint base = Checkpoint.open(Named.directory(Runs.settings(run).model()));
        write(base, DeltaTheta.read(run, base.layers()), directory);
    }

    /**
     * Writes θ₀ + Δθ: changed layers are added to in f32 and rounded to the type that they are
     * stored in; every other tensor keeps its bytes.
     *
     * @param directory new or empty
     * @throws UncheckedIOException if it cannot be written
     */
    public static void write(Checkpoint base, DeltaTheta change, Path directory) {
        requireEmpty(directory);
        Map<String, TensorData> tensors = new TreeMap<>();
        base.tensors().forEach((name, tensor) -> tensors.put(name, TensorData.copy(tensor)));
        Set<LinearLayer> changed = new HashSet<>(change.changed());
        Map<String, LinearLayer> byWeight = new HashMap<>();
        changed.forEach(l -> byWeight.put(base.weight(l).info().name(), l));
        byWeight.forEach(
                (name, layer) ->
                        tensors.put(
                                name,
                                TensorData.sum(
                                        base.weight(layer), () -> flat(change.matrix(layer)))));
        change.elsewhere()
                .forEach(
                        (name, more) -> {
                            String weight = name + ".weight";
                            StoredTensor before = base.tensors().get(weight);
                            tensors.put(weight, TensorData.sum(before, () -> more));
                        });
        try {
            Files.createDirectories(directory);
            Safetensors.write(
                    directory.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
            for (Path file : beside(base.directory())) {
                Files.copy(
                        file,
                        directory.resolve(file.getFileName()),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s could not be written: %s".formatted(directory, Failure.reason(e)), e);
        }
    }

    /** Fails unless a directory is new or empty, before anything long is begun for it. */
    public static void requireEmpty(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        Require.that(
                Files.isDirectory(directory), directory, "directory to merge into", "a directory");
        try (Stream<Path> files = Files.list(directory)) {
            Require.that(
                    files.findAny().isEmpty(),
                    directory,
                    "directory to merge into",
                    "new or empty");
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s could not be read: %s".formatted(directory, Failure.reason(e)), e);
        }
    }

    private static List<Path> beside(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(f -> BESIDE.contains(f.getFileName().toString())).sorted().toList();
        }
    }

    private static float[] flat(double[][] matrix) {
        float[] flat = new float[matrix.length * matrix[0].length];
        int at = 0;
        for (double[] row : matrix) {
            for (double x : row) {
                flat[at++] = (float) x;
            }
        }
        return flat;
    }
}

package dev.ila.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.ila.torch.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link GoldenTest} fails if a number of the architecture is wrong: each tensor is far off. */
class AlteredGoldenTest {
    /** Ten times {@link GoldenTest}'s bar. */
    private static final double FAR = 1e-3;

    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "tied, \"rope_theta\": 10000.0, \"rope_theta\": 20000.0",
                "separate, \"rope_theta\": 500000.0, \"rope_theta\": 1000000.0",
                "llama3, \"rope_theta\": 10000.0, \"rope_theta\": 20000.0",
                "llama3, \"factor\": 4.0, \"factor\": 8.0",
                "llama3, \"low_freq_factor\": 1.0, \"low_freq_factor\": 2.0",
                "tied, \"rms_norm_eps\": 0.0001, \"rms_norm_eps\": 0.001",
                "separate, \"rms_norm_eps\": 0.001, \"rms_norm_eps\": 0.0001",
                "llama3, \"rms_norm_eps\": 1e-05, \"rms_norm_eps\": 1e-03"
            })
    void aWrongNumberMovesEachTensor(String name, String right, String wrong) throws IOException {
        Path config = copy(name).resolve("config.json");
        String text = Files.readString(config);
        assertNotEquals(text, text.replace(right, wrong));
        Files.writeString(config, text.replace(right, wrong));
        assertEquals(List.of(), nearTensors());
    }

    /** Key heads dealt out to query heads in turn instead of in groups: query heads reordered. */
    @ParameterizedTest
    @CsvSource({"tied,6", "llama3,12"})
    void aWrongGroupingOfHeadsMovesEachTensor(String name, int headSize) throws IOException {
        Path file = copy(name).resolve("model.safetensors");
        Safetensors weights = Safetensors.open(file);
        Map<String, TensorData> altered = new LinkedHashMap<>();
        for (TensorInfo info : weights.tensors().values()) {
            float[] x = weights.floats(info.name());
            long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
            if (info.name().endsWith("q_proj.weight")) {
                swapMiddleHeads(x, 1, 4 * headSize, (int) shape[1], headSize);
            } else if (info.name().endsWith("o_proj.weight")) {
                swapMiddleHeads(x, (int) shape[0], 4 * headSize, 1, headSize);
            }
            altered.put(info.name(), TensorData.of(x, shape));
        }
        Files.delete(file);
        Safetensors.write(file, altered, Map.of());
        assertEquals(List.of(), nearTensors());
    }

    /** x [rows, 4 · headSize, columns]: exchanges the second and the third head. */
    private static void swapMiddleHeads(float[] x, int rows, int width, int columns, int headSize) {
        int length = headSize * columns;
        for (int row = 0; row < rows; row++) {
            int second = row * width * columns + length;
            float[] kept = new float[length];
            System.arraycopy(x, second, kept, 0, length);
            System.arraycopy(x, second + length, x, second, length);
            System.arraycopy(kept, 0, x, second + length, length);
        }
    }

    private Path copy(String name) throws IOException {
        Path from = Golden.of(name).directory();
        Files.createDirectory(directory.resolve("adapter"));
        for (String file :
                List.of(
                        "config.json",
                        "model.safetensors",
                        "golden.safetensors",
                        "adapter/adapter_config.json",
                        "adapter/adapter_model.safetensors")) {
            Files.copy(from.resolve(file), directory.resolve(file));
        }
        return directory;
    }

    /** Tensors that are not far from the reference's; the mean loss, one number, may be by luck. */
    private List<String> nearTensors() {
        Golden golden = Golden.in(directory);
        List<String> near = new ArrayList<>();
        try (LanguageModel model = golden.load(Golden.compute(Precision.F32, false))) {
            Map<String, float[]> ours = golden.outputs(model);
            ours.putAll(golden.gradients(model, golden.batches().get(0)));
            ours.remove("loss_masked");
            ours.forEach(
                    (tensor, values) -> {
                        double distance = Golden.distance(values, golden.theirs().floats(tensor));
                        if (!(distance > FAR)) {
                            near.add(tensor + ": " + distance);
                        }
                    });
        }
        return near;
    }
}

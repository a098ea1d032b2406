package dev.ila.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.ila.torch.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is loaded stands by itself. */
class LanguageModelTest {
    @TempDir Path directory;

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16"})
    void logitsAreTheSameAfterGarbageIsCollected(Precision precision) {
        Golden golden = Golden.of("separate");
        try (LanguageModel model = golden.load(Golden.compute(precision, false))) {
            float[] first = logits(golden, model);
            for (int i = 0; i < 3; i++) {
                System.gc();
                assertArrayEquals(first, logits(golden, model));
            }
        }
    }

    /** Emptied rather than deleted: whoever reads a map of an empty file is killed. */
    @Test
    void theFilesAreNotNeededAnyMore() throws IOException {
        Golden golden = Golden.of("tied");
        Path weights = directory.resolve("model.safetensors");
        Path config = directory.resolve("config.json");
        Files.copy(golden.directory().resolve("model.safetensors"), weights);
        Files.copy(golden.directory().resolve("config.json"), config);
        try (LanguageModel model =
                        LanguageModel.load(
                                Checkpoint.open(directory), Golden.compute(Precision.F32, false));
                LanguageModel other = golden.load(Golden.compute(Precision.F32, false))) {
            float[] before = logits(golden, model);
            Files.write(weights, new byte[0]);
            Files.delete(config);
            assertArrayEquals(before, logits(golden, model));
            assertArrayEquals(logits(golden, other), logits(golden, model));
        }
    }

    private static float[] logits(Golden golden, LanguageModel model) {
        return golden.logits(model.network(), golden.factors(model), golden.gamma());
    }
}

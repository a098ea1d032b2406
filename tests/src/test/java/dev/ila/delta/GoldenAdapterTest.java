package dev.ila.delta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ila.model.Checkpoint;
import java.net.URL;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The committed models and adapters that transformers and PEFT saved. */
class GoldenAdapterTest {
    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"tied", "separate", "llama3", "mistral"})
    void whatPeftSavedGoesThroughOursUnchanged(String name) throws Exception {
        URL golden = getClass().getResource("/golden/" + name);
        Path path = Path.of(golden.toURI());
        Checkpoint model = Checkpoint.open(path);
        assertEquals(
                name.equals("llama3"),
                model.architecture().attention().rope().llama3().isPresent());
        boolean tied = name.equals("tied") || name.equals("llama3");
        assertEquals(!tied, model.head().isPresent());
        PeftAdapter theirs = PeftAdapter.read(path.resolve("adapter"), model.layers());
        PeftAdapter.write(directory, theirs.layout(), theirs.values(), name);
        PeftAdapter ours = PeftAdapter.read(directory, model.layers());
        assertArrayEquals(theirs.values(), ours.values());
        for (int i = 0; i < model.layers().size(); i++) {
            assertEquals(theirs.layout().scale(i), ours.layout().scale(i));
        }
    }
}

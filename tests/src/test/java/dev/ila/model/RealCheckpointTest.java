package dev.ila.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("model")
class RealCheckpointTest {
    @Test
    void smolLm2IsFoundWhole() {
        String directory = System.getenv("ILA_SMOLLM2");
        assertNotNull(
                directory,
                "ILA_SMOLLM2 must name SmolLM2-135M-Instruct's directory, but is: not set");
        Checkpoint model = Checkpoint.open(Path.of(directory));
        assertEquals(210, model.layers().size());
        assertEquals(106_168_320, model.layers().stream().mapToLong(LinearLayer::parameters).sum());
        assertEquals(Optional.empty(), model.head());
        assertEquals(List.of(49152L, 576L), model.embedding().info().shape());
        assertEquals(1e5, model.architecture().attention().rope().theta());
    }
}

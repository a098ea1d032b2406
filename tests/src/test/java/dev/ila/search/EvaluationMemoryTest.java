package dev.ila.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.data.Demo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who could train can evaluate: of as many tokens at once as a micro-batch has, no evaluation takes
 * more memory than a training step; each in a process of its own. Linux only.
 */
class EvaluationMemoryTest {
    @TempDir Path folder;

    @Test
    void theEmbeddedModel() throws Exception {
        assertNoMoreThanTraining(Demo.extract(folder).toString(), "F32", "16", "250");
    }

    @Test
    @Tag("model")
    void smolLm2() throws Exception {
        String model = System.getenv("ILA_SMOLLM2");
        assertNotNull(model, "ILA_SMOLLM2 must be set for this tier of tests, but is: not set");
        assertNoMoreThanTraining(model, "F32", "4", "256");
        assertNoMoreThanTraining(model, "BF16", "1", "256");
    }

    private void assertNoMoreThanTraining(String... arguments) throws Exception {
        long training = peak("train", arguments);
        for (String what : List.of("loss", "choices", "answers")) {
            long peak = peak(what, arguments);
            String said =
                    "%s of %s: %,d bytes, training %,d"
                            .formatted(what, String.join(" ", arguments), peak, training);
            assertTrue(peak <= training, said);
        }
    }

    private long peak(String what, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path")));
        command.add(EvaluationProbe.class.getName());
        command.addAll(List.of(arguments));
        command.add(what);
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder process = new ProcessBuilder(command).redirectOutput(out.toFile());
        // As ./jbang sets them.
        process.environment().put("MALLOC_ARENA_MAX", "1");
        process.environment().put("MALLOC_MMAP_THRESHOLD_", "33554432");
        process.environment().put("MALLOC_TRIM_THRESHOLD_", "8589934592");
        int end = process.redirectError(err.toFile()).start().waitFor();
        assertEquals(0, end, Files.readString(err));
        return Long.parseLong(Files.readString(out).strip());
    }
}

package dev.ila.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.data.Demo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The estimate of memory against what a process of its own really held. Linux only. */
class MemoryMeasuredTest {
    @TempDir Path folder;

    @Test
    @Tag("slow")
    void theEmbeddedModelOnALargeBatch() throws Exception {
        String model = Demo.extract(folder).toString();
        assertNear(model, "F32", "64", "250", "false", "false");
        assertNear(model, "F32", "64", "250", "true", "false");
    }

    @Test
    @Tag("model")
    void smolLm2() throws Exception {
        String model = System.getenv("ILA_SMOLLM2");
        assertNear(model, "F32", "4", "256", "false", "false");
        assertNear(model, "BF16", "8", "384", "false", "false");
        assertNear(model, "BF16", "4", "384", "true", "false");
        assertNear(model, "BF16", "2", "256", "false", "true");
    }

    private void assertNear(String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx4g", "-cp", System.getProperty("java.class.path")));
        command.add(MemoryProbe.class.getName());
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        ProcessBuilder process = new ProcessBuilder(command).redirectOutput(out.toFile());
        // As ./jbang sets them.
        process.environment().put("MALLOC_ARENA_MAX", "1");
        process.environment().put("MALLOC_MMAP_THRESHOLD_", "33554432");
        process.environment().put("MALLOC_TRIM_THRESHOLD_", "8589934592");
        assertEquals(0, process.redirectError(folder.resolve("err").toFile()).start().waitFor());
        String[] words = Files.readString(out).split(" ", 3);
        double ratio = Double.parseDouble(words[1]) / Double.parseDouble(words[0]);
        String what = String.join(" ", arguments) + ": estimate / measured = " + ratio;

        assertTrue(ratio > 0.75 && ratio < 1.25, what + ", " + words[2]);
    }
}

package dev.ila.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostTest {
    @TempDir Path folder;

    @Test
    void aGpusFreeMemoryIsWhatTheDriversToolSays() throws Exception {
        assertEquals(
                OptionalLong.of(23_028L << 20),
                Host.availableGpuMemory(tool("[ $3 = --id=1 ] && echo 23028"), 1));
    }

    @Test
    void withoutTheToolOrItsAnswerItIsNotKnown() throws Exception {
        OptionalLong unknown = OptionalLong.empty();
        assertEquals(unknown, Host.availableGpuMemory(folder.resolve("none").toString(), 0));
        assertEquals(unknown, Host.availableGpuMemory(tool("echo No devices were found"), 0));
        assertEquals(unknown, Host.availableGpuMemory(tool("echo 5; exit 6"), 0));
    }

    @Test
    void thisMachineHasMemory() {
        assertTrue(Host.availableMemory() > 1 << 20);
    }

    /** Freed pieces below one that is still held stay with the allocator otherwise. */
    @Test
    void whatWasFreedDoesNotCountForTheNextPeak() {
        try (NDManager manager = NDManager.newBaseManager()) {
            Host.forgetPeak();
            List<NDArray> pieces = new ArrayList<>();
            for (int i = 0; i < 2048; i++) {
                pieces.add(manager.ones(new Shape(16, 1024))); // 64 KiB
            }
            long before = Host.peakMemory().orElseThrow();
            pieces.subList(0, 2047).forEach(NDArray::close);
            long held = Host.peakMemory().orElseThrow();
            Host.forgetPeak();
            long after = Host.peakMemory().orElseThrow();
            String said = before + ", " + held + ", " + after;
            assertEquals(before, held, 4 << 20, said);
            assertTrue(after < before - (96 << 20), said);
        }
    }

    private String tool(String script) throws Exception {
        Path file = folder.resolve("tool");
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        assertTrue(file.toFile().setExecutable(true));
        return file.toString();
    }
}

package dev.ila.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
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

    private String tool(String script) throws Exception {
        Path file = folder.resolve("tool");
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        assertTrue(file.toFile().setExecutable(true));
        return file.toString();
    }
}

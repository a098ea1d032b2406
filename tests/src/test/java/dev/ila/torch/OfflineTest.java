package dev.ila.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No connection is made unasked when the engine starts, computes and tokenizes. */
class OfflineTest {
    private static final String NOBODY = "asked: []";

    @TempDir Path directory;

    @Test
    void theLibraryAsksNobody() throws Exception {
        assertEquals(NOBODY, run("library"));
    }

    /** Without what {@link Torch#start} sets, DJL asks a cloud's metadata address. */
    @Test
    void theEngineAloneAsksSomebody() throws Exception {
        assertNotEquals(NOBODY, run("engine"));
    }

    @Test
    void whoOpensAnAddressIsSeen() throws Exception {
        assertEquals("asked: [http 192.0.2.1, refused, socket /192.0.2.1:80]", run("url"));
    }

    /** The last line that {@link Offline} prints. */
    private String run(String what) throws Exception {
        Path out = directory.resolve("out");
        ProcessBuilder builder = Child.java(Offline.class, "-Xmx512m", what, directory.toString());
        builder.environment().remove("OPT_OUT_TRACKING");
        Process process = builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();
        boolean ended = process.waitFor(120, TimeUnit.SECONDS);
        process.destroyForcibly();
        String text = Files.readString(out, StandardCharsets.UTF_8);
        assertEquals("true 0", ended + " " + process.exitValue(), text);
        return text.strip().lines().reduce("", (before, line) -> line);
    }
}

package dev.ila.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProvenanceTest {
    @TempDir Path folder;

    @Test
    void theVersionIsThePoms() throws Exception {
        // Surefire runs in the module's own directory.
        String pom = Files.readString(Path.of("../pom.xml"));
        assertTrue(pom.contains("<version>" + Version.current() + "</version>"), Version.current());
    }

    @Test
    void mapsAreWrittenInOrderOfTheirNames() {
        Map<String, String> settings = new HashMap<>();
        List.of("rank", "alpha", "learningRate", "seed").forEach(k -> settings.put(k, "1"));
        Provenance.Inputs inputs =
                new Provenance.Inputs(Seeds.of(1), settings, Map.of(), Map.of("b", "2", "a", "1"));
        assertEquals("[alpha, learningRate, rank, seed]", inputs.settings().keySet().toString());
        assertEquals("{a=1, b=2}", inputs.model().toString());
    }

    @Test
    void theHostIsThisMachine() {
        Host host = Host.current(2, Map.of("djl", "0.36.0"));
        assertEquals(Map.of("djl", "0.36.0", "ila", Version.current()), host.versions());
        assertEquals(0, host.seconds());
        assertTrue(host.cpus() >= 1 && host.threads() == 2, host.toString());
        assertFalse(host.cpu().isBlank() || host.os().isBlank() || host.jvm().isBlank());
        assertTrue(host.finished().seconds() >= 0);
        assertEquals(host.started(), host.finished().started());
    }

    @Test
    void itComesBackEqualFromJson() {
        Provenance provenance =
                new Provenance(
                        new Provenance.Inputs(
                                Seeds.of(1), Map.of("rank", "8"), Map.of("d", "0"), Map.of()),
                        Host.current(1, Map.of()));
        Json.write(folder.resolve("result.json"), provenance);
        assertEquals(provenance, Json.read(folder.resolve("result.json"), Provenance.class));
    }
}

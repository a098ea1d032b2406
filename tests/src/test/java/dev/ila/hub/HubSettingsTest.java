package dev.ila.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The environment is read as huggingface_hub reads it. */
class HubSettingsTest {
    @TempDir Path home;

    private HubSettings read(String... pairs) {
        Map<String, String> environment = new HashMap<>(Map.of("HOME", home.toString()));
        for (int i = 0; i < pairs.length; i += 2) {
            environment.put(pairs[i], pairs[i + 1]);
        }
        return HubSettings.fromEnvironment(environment);
    }

    @Test
    void withoutVariablesItIsTheHubAndTheUsersCache() {
        HubSettings s = read();
        assertEquals(HubSettings.HUB, s.endpoint().toString());
        assertEquals(home.resolve(".cache/huggingface/hub"), s.cache());
        assertEquals(Optional.empty(), s.token());
        assertFalse(s.offline());
        assertTrue(s.links());
    }

    @Test
    void theCacheIsThatOfTheNarrowestVariable() {
        Path xdg = home.resolve("xdg");
        assertEquals(xdg.resolve("huggingface/hub"), read("XDG_CACHE_HOME", "" + xdg).cache());
        assertEquals(
                home.resolve("hf/hub"),
                read("XDG_CACHE_HOME", "" + xdg, "HF_HOME", home + "/hf").cache());
        assertEquals(
                home.resolve("old"),
                read("HF_HOME", home + "/hf", "HUGGINGFACE_HUB_CACHE", home + "/old").cache());
        assertEquals(
                home.resolve("new"),
                read("HF_HUB_CACHE", home + "/new", "HUGGINGFACE_HUB_CACHE", home + "/old")
                        .cache());
    }

    @Test
    void pathsAreExpandedAndEmptyOnesAreNotSet() {
        assertEquals(home.resolve("hf/hub"), read("HF_HOME", "~/hf").cache());
        assertEquals(home.resolve("x/hub"), read("HF_HOME", "$HOME/${D}", "D", "x").cache());
        assertEquals(home.resolve(".cache/huggingface/hub"), read("HF_HOME", " ").cache());
    }

    @Test
    void theTokenIsTheVariablesOrTheFiles() throws Exception {
        Path file = home.resolve(".cache/huggingface/token");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "hf_file\n");
        Path other = Files.writeString(home.resolve("other"), "hf_other");
        assertEquals(Optional.of("hf_file"), read().token());
        assertEquals(Optional.of("hf_other"), read("HF_TOKEN_PATH", "" + other).token());
        assertEquals(Optional.of("hf_old"), read("HUGGING_FACE_HUB_TOKEN", "hf_old").token());
        assertEquals(Optional.of("hf_new"), read("HF_TOKEN", " hf_new\n").token());
        assertEquals(Optional.of("hf_file"), read("HF_TOKEN", "").token());
        assertEquals(Optional.empty(), read("HF_HOME", home + "/hf").token());
    }

    @Test
    void theTokenIsInNoText() {
        assertFalse(read("HF_TOKEN", "hf_secret").toString().contains("hf_secret"));
        Quick.fails(
                IllegalArgumentException.class,
                "HF_TOKEN must be one word of letters, digits and signs, but is: other text",
                () -> read("HF_TOKEN", "hf_sec ret"));
    }

    @Test
    void truthHasFourNames() {
        for (String truth : new String[] {"1", "on", "Yes", "TRUE"}) {
            assertTrue(read("HF_HUB_OFFLINE", truth).offline(), truth);
            assertTrue(read("TRANSFORMERS_OFFLINE", truth).offline(), truth);
            assertFalse(read("HF_HUB_DISABLE_SYMLINKS", truth).links(), truth);
        }
        for (String other : new String[] {"0", "no", "", "off", "2"}) {
            assertFalse(read("HF_HUB_OFFLINE", other).offline(), other);
        }
        assertFalse(read("HF_HUB_OFFLINE", "0", "TRANSFORMERS_OFFLINE", "1").offline());
    }

    @Test
    void anEndpointIsAnAddress() {
        assertEquals(
                "http://127.0.0.1:8080/hub",
                read("HF_ENDPOINT", "http://127.0.0.1:8080/hub//").endpoint().toString());
        for (String wrong : new String[] {"hub", "ftp:x", "file:/x", "http:", "a b"}) {
            Quick.fails(
                    IllegalArgumentException.class,
                    "HF_ENDPOINT must be the address of a hub, but is: " + wrong,
                    () -> read("HF_ENDPOINT", wrong));
        }
    }
}

package dev.ila.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Python's huggingface_hub and we use one cache. */
@Tag("python")
class HubPythonTest {
    /** Prints the snapshot of what is there, then each file as one that may be asked for. */
    private static final String READ =
            """
            import sys
            from huggingface_hub import hf_hub_download, scan_cache_dir, snapshot_download
            print(snapshot_download("org/tiny", local_files_only=True))
            for name in sys.argv[1:]:
                print(hf_hub_download("org/tiny", name))
            cache = scan_cache_dir()
            assert not cache.warnings, cache.warnings
            print(*[r.repo_id for r in cache.repos])
            """;

    /** Downloads what a model needs. */
    private static final String DOWNLOAD =
            """
            from huggingface_hub import snapshot_download
            print(snapshot_download("org/tiny", allow_patterns=["*.json", "model.safetensors"]))
            """;

    @TempDir Path cache;

    private List<String> python(LoopbackHub server, String program, String... arguments)
            throws Exception {
        String python = System.getenv("ILA_PYTHON");
        assertNotNull(python, "ILA_PYTHON must name a Python with huggingface_hub");
        List<String> command = new ArrayList<>(List.of(python, "-c", program));
        command.addAll(List.of(arguments));
        Path log = Files.createTempFile("ila", ".log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().keySet().removeIf(name -> name.matches("HF_.*|.*_proxy|.*_PROXY"));
        builder.environment().put("HF_ENDPOINT", server.endpoint().toString());
        builder.environment().put("HF_HUB_CACHE", cache.toString());
        builder.environment().put("HF_HUB_DISABLE_TELEMETRY", "1");
        Process process = builder.start();
        byte[] out = process.getInputStream().readAllBytes();
        assertEquals(0, process.waitFor(), Files.readString(log));
        Files.delete(log);
        return new String(out, StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void pythonReadsWhatWeWrite() throws Exception {
        try (LoopbackHub server = new LoopbackHub()) {
            LoopbackRepository tiny = server.add(Quick.tiny());
            Path directory = Quick.hub(Quick.settings(server, cache)).model(Quick.MODEL);
            List<String> before = Quick.tree(cache.resolve("models--org--tiny"));
            server.requests().clear();
            String[] files = {"config.json", "model.safetensors", "tokenizer.json"};
            assertEquals(
                    List.of(
                            directory.toString(),
                            directory.resolve(files[0]).toString(),
                            directory.resolve(files[1]).toString(),
                            directory.resolve(files[2]).toString(),
                            "org/tiny"),
                    python(server, READ, files));
            assertEquals(before, Quick.tree(cache.resolve("models--org--tiny")));
            assertEquals(0, server.reads(tiny.hash("model.safetensors")));
        }
    }

    @Test
    void weReadWhatPythonWrites() throws Exception {
        LoopbackRepository tiny = Quick.tiny();
        HubSettings settings;
        List<String> said;
        try (LoopbackHub server = new LoopbackHub()) {
            server.add(tiny);
            said = python(server, DOWNLOAD);
            settings = Quick.settings(server, cache);
        }
        List<String> before = Quick.tree(cache);
        for (HubSettings s : List.of(Quick.offline(settings), settings)) {
            Path directory = Quick.hub(s).model(Quick.MODEL);
            assertEquals(said, List.of(directory.toString()));
            assertEquals(directory, Quick.hub(s).model(Quick.MODEL.at(Quick.COMMIT)));
            assertArrayEquals(
                    tiny.files().get("model.safetensors"),
                    Files.readAllBytes(directory.resolve("model.safetensors")));
        }
        assertEquals(before, Quick.tree(cache));
    }
}

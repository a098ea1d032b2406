package dev.ila.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.function.Executable;

/** What tests of the hub share: one that waits for milliseconds, and looks at files. */
final class Quick {
    static final HubId MODEL = HubId.parse(HubId.Kind.MODEL, "org/tiny").orElseThrow();
    static final String COMMIT = LoopbackRepository.COMMIT;

    /** The pauses are 10, 20, 40 and 80 ms. */
    static final Patience PATIENCE =
            new Patience(Duration.ofMillis(10), Duration.ofSeconds(2), Duration.ofMillis(500), 5);

    private Quick() {}

    static HubSettings settings(LoopbackHub server, Path cache) {
        return new HubSettings(server.endpoint(), cache, Optional.empty(), false, true);
    }

    static HubSettings withToken(HubSettings s, String token) {
        return new HubSettings(s.endpoint(), s.cache(), Optional.of(token), s.offline(), s.links());
    }

    static HubSettings offline(HubSettings s) {
        return new HubSettings(s.endpoint(), s.cache(), s.token(), true, s.links());
    }

    static Hub hub(HubSettings settings) {
        return new Hub(settings, HubProgress.SILENT, PATIENCE);
    }

    /** A small model with all that a repository has beside it. */
    static LoopbackRepository tiny() {
        return LoopbackRepository.model(
                "org/tiny",
                Map.of(
                        ".gitattributes", LoopbackRepository.bytes("*.safetensors filter=lfs"),
                        "README.md", LoopbackRepository.bytes("# Tiny"),
                        "config.json", LoopbackRepository.bytes("{\"hidden_size\": 8}"),
                        "tokenizer.json", LoopbackRepository.bytes("{}"),
                        "model.safetensors", LoopbackRepository.bytes(300_000, 1),
                        "pytorch_model.bin", LoopbackRepository.bytes(1_000, 2),
                        "original/consolidated.safetensors", LoopbackRepository.bytes(500, 3),
                        "onnx/model.onnx", LoopbackRepository.bytes("onnx")));
    }

    /** Each file and link below a folder, sorted. */
    static List<String> tree(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(f -> !Files.isDirectory(f))
                    .map(f -> folder.relativize(f) + (Files.isSymbolicLink(f) ? to(f) : ""))
                    .sorted()
                    .toList();
        }
    }

    private static String to(Path link) {
        try {
            return " -> " + Files.readSymbolicLink(link);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void fails(Class<? extends Exception> type, String message, Executable call) {
        assertEquals(message, assertThrows(type, call).getMessage());
    }
}

package dev.ila.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several may want the same at once, and each file is downloaded once. */
class HubProcessesTest {
    private static final byte[] WEIGHTS = LoopbackRepository.bytes(20_000_000, 5);

    @TempDir Path cache;
    @TempDir Path logs;

    private static LoopbackRepository model() {
        return LoopbackRepository.model(
                "org/tiny",
                Map.of(
                        "config.json",
                        LoopbackRepository.bytes("{}"),
                        "model.safetensors",
                        WEIGHTS));
    }

    /** Downloads a model in a process of its own. */
    public static void main(String[] arguments) {
        HubSettings settings =
                new HubSettings(
                        URI.create(arguments[0]),
                        Path.of(arguments[1]),
                        Optional.empty(),
                        false,
                        true);
        new Hub(settings, HubProgress.SILENT).model(Quick.MODEL);
    }

    private Process start(LoopbackHub server, String log) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HubProcessesTest.class.getName(),
                        server.endpoint().toString(),
                        cache.toString())
                .redirectErrorStream(true)
                .redirectOutput(logs.resolve(log).toFile())
                .start();
    }

    @Test
    void twoProcessesDownloadOnce() throws Exception {
        try (LoopbackHub server = new LoopbackHub()) {
            LoopbackRepository model = server.add(model());
            Process one = start(server, "one");
            Process two = start(server, "two");
            assertEquals(0, one.waitFor(), Files.readString(logs.resolve("one")));
            assertEquals(0, two.waitFor(), Files.readString(logs.resolve("two")));
            assertOnce(server, model);
        }
    }

    @Test
    void aKilledProcessLeavesWhatTheNextGoesOnFrom() throws Exception {
        try (LoopbackHub server = new LoopbackHub()) {
            LoopbackRepository model = server.add(model());
            String hash = model.hash("model.safetensors");
            server.fail("GET /" + hash, LoopbackAnswers.silence(WEIGHTS, 15_000_000, 20_000));
            Process killed = start(server, "killed");
            Path part = cache.resolve("models--org--tiny/blobs/" + hash + ".ila-incomplete");
            while (!Files.exists(part) || Files.size(part) < 15_000_000) {
                assertEquals(true, killed.isAlive(), Files.readString(logs.resolve("killed")));
                Thread.sleep(10);
            }
            killed.destroyForcibly().waitFor();
            Quick.hub(Quick.settings(server, cache)).model(Quick.MODEL);
            assertArrayEquals(WEIGHTS, Files.readAllBytes(weights()));
            LoopbackHub.Request last = server.requests().get(server.requests().size() - 1);
            assertEquals("bytes=15000000-", last.range());
        }
    }

    @Test
    void fourThreadsDownloadOnce() throws Exception {
        try (LoopbackHub server = new LoopbackHub()) {
            LoopbackRepository model = server.add(model());
            List<CompletableFuture<Path>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Hub hub = Quick.hub(Quick.settings(server, cache));
                all.add(
                        CompletableFuture.supplyAsync(
                                () -> hub.model(Quick.MODEL), task -> new Thread(task).start()));
            }
            for (CompletableFuture<Path> one : all) {
                assertEquals(weights().getParent(), one.get());
            }
            assertOnce(server, model);
        }
    }

    private Path weights() {
        return cache.resolve("models--org--tiny/snapshots/" + Quick.COMMIT + "/model.safetensors");
    }

    private void assertOnce(LoopbackHub server, LoopbackRepository model) throws Exception {
        assertEquals(1, server.reads(model.hash("model.safetensors")));
        assertArrayEquals(WEIGHTS, Files.readAllBytes(weights()));
        assertEquals(
                List.of(model.hash("config.json"), model.hash("model.safetensors")).stream()
                        .sorted()
                        .toList(),
                Quick.tree(cache.resolve("models--org--tiny/blobs")));
    }
}

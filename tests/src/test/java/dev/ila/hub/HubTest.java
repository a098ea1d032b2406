package dev.ila.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.run.Hash;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is downloaded, where it stands, and what is not asked again. */
class HubTest {
    @TempDir Path cache;
    private LoopbackHub server;
    private LoopbackRepository tiny;

    @BeforeEach
    void start() throws Exception {
        server = new LoopbackHub();
        tiny = server.add(Quick.tiny());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Hub hub() {
        return Quick.hub(Quick.settings(server, cache));
    }

    private Hub offline() {
        return Quick.hub(Quick.offline(Quick.settings(server, cache)));
    }

    @Test
    void aModelsFilesStandAsPythonPutsThem() throws Exception {
        Path directory = hub().model(Quick.MODEL);
        Path folder = cache.resolve("models--org--tiny");
        assertEquals(folder.resolve("snapshots/" + Quick.COMMIT), directory);
        String config = tiny.hash("config.json");
        String weights = tiny.hash("model.safetensors");
        String tokenizer = tiny.hash("tokenizer.json");
        List<String> wanted = new ArrayList<>();
        for (String hash : List.of(config, weights, tokenizer)) {
            wanted.add(".locks/ila/models--org--tiny/%s.lock".formatted(hash));
            wanted.add("models--org--tiny/blobs/" + hash);
        }
        String snapshot = "models--org--tiny/snapshots/" + Quick.COMMIT + "/";
        wanted.add("models--org--tiny/refs/main");
        wanted.add(snapshot + "config.json -> ../../blobs/" + config);
        wanted.add(snapshot + "model.safetensors -> ../../blobs/" + weights);
        wanted.add(snapshot + "tokenizer.json -> ../../blobs/" + tokenizer);
        wanted.add("models--org--tiny/trees/" + Quick.COMMIT + ".ila.json");
        assertEquals(wanted.stream().sorted().toList(), Quick.tree(cache));
        assertEquals(Quick.COMMIT, Files.readString(folder.resolve("refs/main")));
        for (String file : List.of("config.json", "model.safetensors", "tokenizer.json")) {
            assertArrayEquals(
                    tiny.files().get(file), Files.readAllBytes(directory.resolve(file)), file);
        }
    }

    @Test
    void aDataSetsFilesInFoldersDoToo() throws Exception {
        byte[] records = LoopbackRepository.bytes(70_000, 4);
        server.add(
                LoopbackRepository.of(
                        HubId.Kind.DATASET,
                        "org/set",
                        Map.of(
                                "data/a b.jsonl",
                                records,
                                "empty.txt",
                                new byte[0],
                                "README.md",
                                LoopbackRepository.bytes("# Set"))));
        HubId id = HubId.parse(HubId.Kind.DATASET, "org/set@refs/convert/parquet").orElseThrow();
        HubSnapshot found = hub().resolve(id);
        assertEquals("org/set@" + Quick.COMMIT, found.pinned().toString());
        assertEquals(
                List.of("README.md", "data/a b.jsonl", "empty.txt"),
                found.files().stream().map(HubFile::path).toList());
        assertEquals(70_000, found.file("data/a b.jsonl").bytes().orElseThrow());
        Path directory = hub().download(found, name -> !name.endsWith(".md"));
        assertArrayEquals(records, Files.readAllBytes(directory.resolve("data/a b.jsonl")));
        assertEquals(0, Files.size(directory.resolve("empty.txt")));
        assertEquals(
                Path.of("../../../blobs/" + Hash.sha256(records)),
                Files.readSymbolicLink(directory.resolve("data/a b.jsonl")));
        Path folder = cache.resolve("datasets--org--set");
        assertEquals(Quick.COMMIT, Files.readString(folder.resolve("refs/refs/convert/parquet")));
        assertEquals(0, server.reads("README.md"));
    }

    @Test
    void aCommitThatIsThereAsksNothing() {
        Path first = hub().model(Quick.MODEL);
        server.requests().clear();
        assertEquals(first, hub().model(Quick.MODEL.at(Quick.COMMIT)));
        assertEquals(List.of(), server.requests());
        assertEquals(first, hub().model(Quick.MODEL));
        assertEquals(1, server.requests().size(), "a branch may have moved");
    }

    @Test
    void withoutTheHubTheCacheAnswers() {
        Path first = hub().model(Quick.MODEL);
        server.requests().clear();
        assertEquals(first, offline().model(Quick.MODEL));
        assertEquals(8, offline().resolve(Quick.MODEL).files().size());
        assertEquals(List.of(), server.requests());
        server.close();
        assertEquals(first, hub().model(Quick.MODEL));
    }

    @Test
    void anOlderPythonsCacheHasNoListAndServes() throws Exception {
        Path folder = cache.resolve("models--org--tiny");
        Path snapshot = folder.resolve("snapshots/" + Quick.COMMIT);
        Files.createDirectories(folder.resolve("blobs"));
        Files.createDirectories(snapshot);
        Files.createDirectories(folder.resolve("refs"));
        Files.writeString(folder.resolve("refs/main"), Quick.COMMIT);
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.write(folder.resolve("blobs/" + tiny.hash(file)), tiny.files().get(file));
            Files.createSymbolicLink(
                    snapshot.resolve(file), Path.of("../../blobs/" + tiny.hash(file)));
        }
        List<String> before = Quick.tree(cache);
        assertEquals(snapshot, offline().model(Quick.MODEL));
        assertEquals(before, Quick.tree(cache));
        Quick.fails(
                IllegalArgumentException.class,
                "org/tiny: all of the wanted files must be in the cache while HF_HUB_OFFLINE is set,"
                        + " but is: missing in "
                        + cache
                        + "; unset it once, or copy the cache of another machine",
                () -> offline().snapshot(Quick.MODEL, "tokenizer.json"::equals));
        assertEquals(snapshot, hub().model(Quick.MODEL));
        assertEquals(0, server.reads(tiny.hash("model.safetensors")), "it was there");
        assertTrue(Files.exists(snapshot.resolve("tokenizer.json")), "it was missing");
    }

    @Test
    void whatTheCacheHasNotIsToldOffline() {
        Quick.fails(
                IllegalArgumentException.class,
                "org/tiny must be in the cache while HF_HUB_OFFLINE is set, but is: missing in "
                        + cache
                        + "; unset it once, or copy the cache of another machine",
                () -> offline().model(Quick.MODEL));
        hub().snapshot(Quick.MODEL, "config.json"::equals);
        Quick.fails(
                IllegalArgumentException.class,
                "org/tiny: tokenizer.json must be in the cache while HF_HUB_OFFLINE is set, but is:"
                        + " missing in "
                        + cache
                        + "; unset it once, or copy the cache of another machine",
                () -> offline().model(Quick.MODEL));
        assertEquals(0, server.reads("tokenizer.json"));
    }

    @Test
    void aCacheOfATokenizerAloneIsNoModelWithoutWeights() throws Exception {
        Path folder = cache.resolve("models--org--tiny");
        Files.createDirectories(folder.resolve("refs"));
        Files.createDirectories(folder.resolve("snapshots/" + Quick.COMMIT));
        Files.writeString(folder.resolve("refs/main"), Quick.COMMIT);
        Files.writeString(folder.resolve("snapshots/" + Quick.COMMIT + "/tokenizer.json"), "{}");
        server.close();
        Quick.fails(
                IllegalArgumentException.class,
                "org/tiny: its weights or its config.json must be in the cache while "
                        + server.endpoint()
                        + " gives no list of its files, but is: missing in "
                        + cache
                        + "; check the network, HF_ENDPOINT and HF_TOKEN",
                () -> hub().model(Quick.MODEL));
    }

    @Test
    void wantingNothingThatIsThereIsAnError() {
        Quick.fails(
                IllegalArgumentException.class,
                "wanted files must be some of org/tiny, but are: none of its 8",
                () -> hub().snapshot(Quick.MODEL, "vocab.txt"::equals));
    }

    @Test
    void aFileOfTwoCommitsIsDownloadedOnce() throws Exception {
        hub().model(Quick.MODEL);
        String next = "f".repeat(40);
        server.add(tiny.at(next));
        Path directory = hub().model(Quick.MODEL);
        assertEquals(next, directory.getFileName().toString());
        assertEquals(1, server.reads(tiny.hash("model.safetensors")));
        assertEquals(next, Files.readString(cache.resolve("models--org--tiny/refs/main")));
    }

    @Test
    void whereThereAreNoLinksTheFilesThemselvesAreThere() throws Exception {
        HubSettings s = Quick.settings(server, cache);
        HubSettings plain = new HubSettings(s.endpoint(), cache, Optional.empty(), false, false);
        Path directory = Quick.hub(plain).model(Quick.MODEL);
        Path weights = directory.resolve("model.safetensors");
        assertTrue(Files.isRegularFile(weights) && !Files.isSymbolicLink(weights));
        assertArrayEquals(tiny.files().get("model.safetensors"), Files.readAllBytes(weights));
        assertEquals(List.of(), Quick.tree(cache.resolve("models--org--tiny/blobs")));
        server.requests().clear();
        assertEquals(directory, Quick.hub(plain).model(Quick.MODEL));
        assertEquals(1, server.requests().size());
    }

    @Test
    void progressEndsWithTheWholeFile() {
        List<String> said = new ArrayList<>();
        Hub hub =
                new Hub(
                        Quick.settings(server, cache),
                        (file, done, total) -> said.add(file + " " + done + " of " + total),
                        Quick.PATIENCE);
        hub.snapshot(Quick.MODEL, "model.safetensors"::equals);
        assertEquals("model.safetensors 0 of 300000", said.get(0));
        assertEquals("model.safetensors 300000 of 300000", said.get(said.size() - 1));
        assertTrue(said.size() < 30, "it is told about ten times a second");
    }
}

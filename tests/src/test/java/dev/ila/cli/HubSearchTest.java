package dev.ila.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.data.Demo;
import dev.ila.hub.HubId;
import dev.ila.hub.LoopbackHub;
import dev.ila.hub.LoopbackRepository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A search of a model and a data set that are named as on the hub. */
@Tag("slow")
class HubSearchTest {
    private static final String PINNED = "org/tiny@" + LoopbackRepository.COMMIT;

    @TempDir Path folder;

    @Test
    void aSearchOfNamesIsThatOfTheFilesAndNeedsNoNetworkTheSecondTime() throws Exception {
        SearchCommand command = new SearchCommand(Files.createDirectory(folder.resolve("classes")));
        Path demo = Demo.extract(folder);
        Path from = folder.resolve("from-hub");
        String address;
        try (LoopbackHub hub = new LoopbackHub()) {
            address = hub.endpoint().toString();
            hub.add(LoopbackRepository.of(HubId.Kind.MODEL, "org/tiny", files(demo)));
            hub.add(LoopbackRepository.of(HubId.Kind.DATASET, "org/talk", talk(demo)));
            String said = run(0, address, command.words(search("org/tiny", "org/talk", from)));
            assertTrue(said.contains("downloading model.safetensors: "), said);
            assertTrue(said.contains("downloading data/train-00000-of-00001.jsonl: "), said);
            assertEquals(
                    "ila-search: data org/talk:dev is not on this machine, and of the hub: split of"
                            + " org/talk must be one of test, train, but is: dev; name it as"
                            + " org/talk:SPLIT\n",
                    run(2, address, command.words("--model=org/tiny", "--data=org/talk:dev")));
            String none = run(2, address, command.words("--model=org/none"));
            assertTrue(none.startsWith("ila-search: ") && none.contains("org/none"), none);
            assertEquals(1, none.lines().count(), none);
        }
        String settings = Files.readString(from.resolve("run.json"));
        assertTrue(settings.contains('"' + PINNED + '"'), settings);
        assertTrue(
                settings.contains("\"org/talk@" + LoopbackRepository.COMMIT + ":train\""),
                settings);

        // The hub is gone: the cache has all, by the name and by the commit.
        Path offline = folder.resolve("offline");
        run(0, address, command.words(search(PINNED, "org/talk", offline)));
        Path local = folder.resolve("local");
        Path file = Files.write(folder.resolve("t.jsonl"), talk(demo).get(TRAIN));
        run(0, address, command.words(search(demo.toString(), file.toString(), local)));
        String scores = Files.readString(local.resolve("scores.csv"));
        assertEquals(scores, Files.readString(from.resolve("scores.csv")));
        assertEquals(scores, Files.readString(offline.resolve("scores.csv")));
    }

    private static final String TRAIN = "data/train-00000-of-00001.jsonl";

    private static String[] search(String model, String data, Path out) {
        return new String[] {
            "--model=" + model,
            "--data=" + data,
            "--out=" + out,
            "--limit=24",
            "--held-out=4",
            "--steps=2",
            "--mask-steps=2",
            "--threads=1"
        };
    }

    private static Map<String, byte[]> files(Path directory) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> list = Files.list(directory)) {
            for (Path file : list.toList()) {
                files.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        return files;
    }

    private static Map<String, byte[]> talk(Path demo) throws IOException {
        byte[] lines = Files.readAllBytes(demo.resolve("steps.jsonl"));
        byte[] card = "---\nlicense: mit\n---\n# Talk\n".getBytes(StandardCharsets.UTF_8);
        return Map.of(TRAIN, lines, "data/test-00000-of-00001.jsonl", lines, "README.md", card);
    }

    private String run(int code, String hub, List<String> words) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(words));
        builder.redirectErrorStream(true);
        builder.environment().put("HF_ENDPOINT", hub);
        builder.environment().put("HF_HOME", folder.resolve("hf").toString());
        builder.environment().remove("HF_HUB_CACHE");
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(code, process.waitFor(), said);
        return said;
    }
}

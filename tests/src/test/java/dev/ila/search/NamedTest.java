package dev.ila.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.data.Demo;
import dev.ila.hub.HubProgress;
import dev.ila.run.AtomicFiles;
import dev.ila.study.Studies;
import dev.ila.study.Study;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What names stand for, without a network; with a hub: HubSearchTest. */
class NamedTest {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @TempDir Path folder;

    @Test
    void whatLooksLikeAPathOfThisMachineIsNeverAskedOfTheHub() throws Exception {
        for (String path : List.of("data/alpca.json", "a/b.jsonl.gz", "x/y.parquet", "src/none")) {
            assertEquals(path, Named.data(path, HubProgress.SILENT));
            assertFalse(Named.isData(path), path);
        }
        // This test runs in a folder that has src.
        assertTrue(Files.isDirectory(Path.of("src")));
        assertEquals("src/none", Named.model("src/none", HubProgress.SILENT));
        assertFalse(Named.isModel("src/none"));
        for (String path : List.of("none", "./none", "/none/x", "a/b/c", "..")) {
            assertEquals(path, Named.model(path, HubProgress.SILENT));
        }
        assertTrue(Named.isModel("org/x") && Named.isModel("src/x@main"));
        assertTrue(Named.isData("org/x@v1:default/test"));
        Path file = Files.writeString(folder.resolve("a.json"), "[]");
        assertEquals(file.toString(), Named.data(file.toString(), HubProgress.SILENT));
        assertEquals(Demo.dataset("terse").toString(), Named.data("terse", HubProgress.SILENT));
    }

    @Test
    void aStudysNamesStandForTheCommitsOfItsStart() throws Exception {
        Path definition = folder.resolve("study.json");
        Files.writeString(
                definition,
                """
                {"models": {"m": "org/never-there"}, "data": {"a": "org/nor-this:dev"}}
                """);
        Path directory = folder.resolve("runs");
        AtomicFiles.write(
                directory.resolve("pins.json"),
                """
                {"model org/never-there": "org/never-there@%s",
                 "data org/nor-this:dev": "org/nor-this@%s:dev"}
                """
                        .formatted(COMMIT, COMMIT));
        Study study = Study.read(definition);
        Studies studies = new Studies(study, directory);
        SearchSettings settings = study.runs().get(0).settings();
        assertEquals("org/never-there@" + COMMIT, settings.model());
        assertEquals(List.of("org/nor-this@" + COMMIT + ":dev"), settings.data().files());
        Path other = folder.resolve("other");
        Files.createDirectories(other);
        new Studies(study, other).keepPins();
        assertEquals(
                Map.of(
                        "model org/never-there",
                        "org/never-there@" + COMMIT,
                        "data org/nor-this:dev",
                        "org/nor-this@" + COMMIT + ":dev"),
                Named.pins(List.of("org/never-there"), List.of("org/nor-this:dev")));
        assertTrue(Files.readString(other.resolve("pins.json")).contains(COMMIT));
        assertEquals(directory, studies.directory());
    }

    @Test
    void aRunMadeWithColumnsIsNoRunWithoutThem() throws Exception {
        SearchSettings plain = SearchSettings.embedded();
        SearchSettings columns =
                plain.with(plain.data().withColumns(Map.of("question", "instruction")));
        Path run = Files.createDirectory(folder.resolve("run"));
        Files.writeString(run.resolve("run.json"), Runs.text(columns));
        String message =
                assertThrows(IllegalArgumentException.class, () -> Runs.state(run, plain))
                        .getMessage();
        assertTrue(message.contains("data.columns.question instruction, not there now"), message);
    }
}

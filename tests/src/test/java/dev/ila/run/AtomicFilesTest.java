package dev.ila.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
    @TempDir Path folder;

    @Test
    void textReplacesWhatWasThereAndLeavesNothingElse() throws IOException {
        Path file = folder.resolve("deep/er/scores.csv");
        AtomicFiles.write(file, "old, and longer");
        AtomicFiles.write(file, "new ä");
        assertEquals("new ä", Files.readString(file));
        assertEquals(List.of("scores.csv"), names(file.getParent()));
    }

    @Test
    void aFailureLeavesTheOldContentAndNoTemporaryFile() throws IOException {
        Path file = folder.resolve("scores.csv");
        AtomicFiles.write(file, "old");
        UncheckedIOException e =
                assertThrows(
                        UncheckedIOException.class,
                        () ->
                                AtomicFiles.write(
                                        file,
                                        out -> {
                                            out.write(new byte[100_000]);
                                            throw new IOException("cable pulled");
                                        }));
        assertEquals(
                "scores.csv could not be written: cable pulled (" + file + ")", e.getMessage());
        assertEquals("old", Files.readString(file));
        assertEquals(List.of("scores.csv"), names(folder));
    }

    @Test
    void anInterruptDoesNotBreakAFile() throws IOException {
        Path file = folder.resolve("state.safetensors");
        Thread.currentThread().interrupt();
        AtomicFiles.write(file, "whole");
        assertTrue(Thread.interrupted());
        assertEquals("whole", Files.readString(file));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskIsToldInOneLineWithTheRemedy() throws IOException {
        Path file = folder.resolve("checkpoint.bin");
        UncheckedIOException e =
                assertThrows(
                        UncheckedIOException.class,
                        () -> AtomicFiles.write(file, AtomicFilesTest::toFullDevice));
        assertEquals(
                "checkpoint.bin could not be written: no space left on device ("
                        + file
                        + "). Free space and repeat",
                e.getMessage());
        assertEquals(List.of(), names(folder));
    }

    @Test
    void aFileInTheWayOfADirectoryIsNamed() throws IOException {
        Path way = Files.writeString(folder.resolve("way"), "");
        Path file = way.resolve("scores.csv");
        UncheckedIOException e =
                assertThrows(UncheckedIOException.class, () -> AtomicFiles.write(file, "x"));
        assertEquals(
                "scores.csv could not be written: a file is in the way (" + file + ")",
                e.getMessage());
    }

    @Test
    void aHashIsThatOfTheStandard() {
        Path file = folder.resolve("abc");
        AtomicFiles.write(file, "abc");
        // FIPS 180-2, appendix B.1.
        assertEquals(
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                Hash.sha256(file));
    }

    @Test
    void jsonKeepsTheRecordsOrderAndComesBackEqual() {
        Path file = folder.resolve("seeds.json");
        Json.write(file, new Seeds(3, 2, 1));
        assertEquals(
                "{\n  \"init\": 3,\n  \"order\": 2,\n  \"mask\": 1\n}\n",
                Json.text(new Seeds(3, 2, 1)));
        assertEquals(new Seeds(3, 2, 1), Json.read(file, Seeds.class));
    }

    @Test
    void brokenJsonIsOneLineThatNamesTheFile() {
        Path file = folder.resolve("run.json");
        AtomicFiles.write(file, "{\"init\": ");
        UncheckedIOException e =
                assertThrows(UncheckedIOException.class, () -> Json.read(file, Seeds.class));
        assertEquals(
                file + " could not be read: End of input at line 1 column 10 path $.init",
                e.getMessage());
        AtomicFiles.write(file, "");
        e = assertThrows(UncheckedIOException.class, () -> Json.read(file, Seeds.class));
        assertEquals(file + " could not be read: the file is empty", e.getMessage());
        assertFalse(e.getMessage().contains("\n"));
        assertTrue(Files.exists(file));
    }

    private static void toFullDevice(OutputStream ignored) throws IOException {
        try (OutputStream full = new FileOutputStream("/dev/full")) {
            full.write(1);
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }
}

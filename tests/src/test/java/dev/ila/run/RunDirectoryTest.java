package dev.ila.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {
    private static final int REFUSED = 3;

    @TempDir Path folder;

    @Test
    void aNewDirectoryIsMadeWithItsParents() {
        Path path = folder.resolve("runs/first");
        try (RunDirectory run = RunDirectory.create(path)) {
            assertTrue(Files.isDirectory(path));
            List<Path> standard =
                    List.of(
                            run.settings(),
                            run.result(),
                            run.scores(),
                            run.history(),
                            run.adapter(),
                            run.checkpoint(),
                            run.charts());
            assertEquals(
                    List.of(
                            "run.json",
                            "result.json",
                            "scores.csv",
                            "history.csv",
                            "adapter",
                            "checkpoint",
                            "charts"),
                    standard.stream().map(p -> path.relativize(p).toString()).toList());
        }
    }

    @Test
    void aNewDirectoryThatStaysEmptyIsRemovedAndOneThatWasThereStays() throws IOException {
        Path path = folder.resolve("runs/first");
        RunDirectory.create(path).close();
        assertFalse(Files.exists(path));
        Files.createDirectories(path);
        RunDirectory.create(path).close();
        assertTrue(Files.isDirectory(path));
        RunDirectory.create(path).close();
    }

    @Test
    void nothingIsWrittenIntoADirectoryThatIsRefused() throws IOException {
        Files.writeString(folder.resolve("mine"), "");
        assertThrows(IllegalArgumentException.class, () -> RunDirectory.create(folder));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(folder.resolve("mine")), files.toList());
        }
    }

    @Test
    void aUsedDirectoryIsRefusedWithBothRemediesAndOpenedForResume() {
        try (RunDirectory run = RunDirectory.create(folder)) {
            AtomicFiles.write(run.settings(), "{}");
        }
        refused(
                "run directory must be new or empty, but is: %s, which holds run.json; continue its"
                        + " run with --resume or name another directory with --out",
                () -> RunDirectory.create(folder));
        try (RunDirectory run = RunDirectory.open(folder)) {
            assertEquals(folder, run.path());
        }
    }

    @Test
    void aDirectoryWithoutARunCannotBeResumed() {
        refused(
                "run directory must be one that holds run.json, but is: %s; leave out --resume to"
                        + " begin a run there",
                () -> RunDirectory.open(folder));
    }

    @Test
    void twoRunsCannotShareADirectory() {
        String message =
                "run directory must be unused by another process, but is: %s; wait for its run to"
                        + " end or name another directory with --out";
        try (RunDirectory run = RunDirectory.create(folder)) {
            refused(message, () -> RunDirectory.create(folder));
            AtomicFiles.write(run.settings(), "{}");
            refused(message, () -> RunDirectory.open(folder));
        }
        RunDirectory.open(folder).close();
    }

    @Test
    void anotherProcessCannotShareItEither() throws Exception {
        try (RunDirectory run = RunDirectory.create(folder)) {
            AtomicFiles.write(run.settings(), "{}");
            assertEquals(REFUSED, openElsewhere());
        }
        assertEquals(0, openElsewhere());
    }

    private int openElsewhere() throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        RunDirectoryTest.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    /** Opens a directory in a process of its own. */
    public static void main(String[] arguments) {
        try {
            RunDirectory.open(Path.of(arguments[0])).close();
        } catch (IllegalArgumentException e) {
            System.exit(REFUSED);
        }
    }

    @Test
    void anUnwritablePlaceIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> RunDirectory.create(file.resolve("run")));
        assertEquals(
                "run directory must be writable, but is: "
                        + file.resolve("run")
                        + " (a file is in the way); name another directory with --out",
                e.getMessage());
    }

    private void refused(String message, Runnable action) {
        assertEquals(
                message.formatted(folder),
                assertThrows(IllegalArgumentException.class, action::run).getMessage());
    }
}

package dev.ila.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.data.Demo;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the system does to the command: Ctrl-C, a full disk. */
@Tag("slow")
@DisabledOnOs(OS.WINDOWS)
class SignalsTest {
    @TempDir static Path shared;

    private static SearchCommand command;
    private static Path demo;

    @TempDir Path folder;

    @BeforeAll
    static void compile() throws IOException {
        command = new SearchCommand(Files.createDirectory(shared.resolve("classes")));
        demo = Demo.extract(shared);
    }

    private List<String> search(Path out) {
        return command.words(
                "--model=" + demo,
                "--data=" + demo.resolve("terse.json"),
                "--out=" + out,
                "--threads=1",
                "--batch-size=2",
                "--held-out=2",
                "--epsilon=1e-9",
                "--rate=5e-3",
                "--steps=60",
                "--mask-steps=60");
    }

    private static Process start(List<String> words) throws IOException {
        return new ProcessBuilder(words).redirectErrorStream(true).start();
    }

    private static String run(int code, List<String> words) throws Exception {
        Process process = start(words);
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String text = out.lines().collect(Collectors.joining("\n"));
            assertEquals(code, process.waitFor(), text);
            return text;
        }
    }

    @Test
    void ctrlCSavesSaysHowToGoOnAndTheResultIsTheSame() throws Exception {
        Path whole = folder.resolve("whole");
        run(0, search(whole));
        Path out = folder.resolve("out");
        for (int stage : new int[] {1, 2}) {
            List<String> words =
                    stage == 1 ? search(out) : command.words("--resume", "--out=" + out);
            String said = interrupted("stage " + stage, words);
            assertTrue(
                    said.matches(
                            "(?s)(.*\n)?stopped after step \\d+ of stage %d\n".formatted(stage)
                                    + "go on with: ila-search --resume --out \\Q%s\\E"
                                            .formatted(out)),
                    said);
            assertTrue(Files.exists(out.resolve("checkpoint/state.safetensors")));
            assertFalse(Files.exists(out.resolve("result.json")));
        }
        String end = run(0, command.words("--resume", "--out=" + out));
        assertTrue(end.contains("Run directory: " + out), end);
        for (String file : List.of("scores.csv", "adapter/adapter_model.safetensors")) {
            assertEquals(-1, Files.mismatch(whole.resolve(file), out.resolve(file)), file);
        }
        assertEquals(
                "ila-search: run to resume must be unfinished, but is: finished; its result is "
                        + out.resolve("result.json"),
                run(2, command.words("--resume", "--out=" + out)));
    }

    /** Starts the command, sends it what Ctrl-C sends when a stage begins, returns its words. */
    private static String interrupted(String when, List<String> words) throws Exception {
        // Who runs these tests in the background may have had Ctrl-C ignored, which is inherited.
        List<String> heeding = new ArrayList<>(List.of("env", "--default-signal=INT"));
        heeding.addAll(words);
        Process process = start(heeding);
        List<String> lines = new ArrayList<>();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            boolean sent = false;
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
                if (!sent && line.startsWith(when + ":")) {
                    sent = true;
                    new ProcessBuilder("kill", "-INT", "" + process.pid()).start().waitFor();
                }
            }
        }
        String text = String.join("\n", lines);
        assertEquals(130, process.waitFor(), text);
        return text;
    }

    @Test
    void resumedWithOtherThreadsItIsRefused() throws Exception {
        Path out = folder.resolve("out");
        interrupted("stage 1", search(out));
        assertEquals(
                "ila-search: --threads must be 1, with which the run was begun, but is: 2; leave it"
                        + " out with --resume, since other threads round differently",
                run(2, command.words("--resume", "--out=" + out, "--threads=2")));
        assertEquals(
                "ila-search: --rate must be left out with --resume, which goes on with the settings"
                        + " of run.json, but is: 1",
                run(2, command.words("--resume", "--out=" + out, "--rate=1")));
        assertTrue(Files.exists(out.resolve("checkpoint/state.safetensors")));
    }

    /** A limit on the size of files is what a full disk is to the program: writes fail midway. */
    @Test
    void aFileThatCannotBeWrittenIsOneLineAndNoHalfOfItStays() throws Exception {
        Path out = folder.resolve("out");
        List<String> limited =
                new ArrayList<>(List.of("sh", "-c", "ulimit -f 40; exec \"$@\"", "sh"));
        limited.addAll(search(out));
        String said = run(1, limited);
        Path state = out.resolve("checkpoint/state.safetensors");
        assertTrue(
                said.endsWith(
                        "\nila-search: state.safetensors could not be written: File too large ("
                                + state
                                + ")"),
                said);
        assertFalse(said.contains("\tat "), said);
        try (Stream<Path> files = Files.walk(out)) {
            assertEquals(
                    List.of(".lock", "run.json"),
                    files.filter(Files::isRegularFile)
                            .map(f -> f.getFileName().toString())
                            .sorted()
                            .toList());
        }
        run(0, command.words("--resume", "--out=" + out));
    }
}

package dev.ila.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A script of {@code scripts/} as a user runs it, in a process of its own. */
final class Script {
    private Script() {}

    /**
     * Runs it and returns its output, or its errors if it should fail.
     *
     * @param code with which it should end
     */
    static String run(String name, Path folder, int code, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED"); // as the script's own line says
        command.add("-Dstdout.encoding=UTF-8");
        command.add("-Dfile.encoding=UTF-8");
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(Path.of("..", "scripts", name + ".java").toString());
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        // Apart: newer Javas warn there of what libraries do.
        Path err = folder.resolve("err");
        ProcessBuilder process = new ProcessBuilder(command).redirectError(err.toFile());
        process.environment().put("XDG_CACHE_HOME", folder.resolve("cache").toString());
        int ended = process.redirectOutput(out.toFile()).start().waitFor();
        String text = Files.readString(code == 0 ? out : err, StandardCharsets.UTF_8);
        assertEquals(code, ended, text);
        return text;
    }
}

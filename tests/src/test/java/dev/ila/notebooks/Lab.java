package dev.ila.notebooks;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs {@code notebooks/lab} on the library that Maven has built. */
final class Lab {
    static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private Lab() {}

    /** How a command ended and what it said, on both streams. */
    record Said(int code, String text) {}

    static Said run(Map<String, String> environment, String... arguments) throws Exception {
        return run(environment, List.of(arguments));
    }

    static Said run(Map<String, String> environment, List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "notebooks/lab"));
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(ROOT.toFile()).redirectErrorStream(true);
        builder.environment().put("ILA_CLASSPATH", System.getProperty("java.class.path"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), text);
    }
}

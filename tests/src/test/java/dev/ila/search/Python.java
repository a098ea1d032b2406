package dev.ila.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Runs Python programs of this repository. */
public final class Python {
    private Python() {}

    /** A path that a tier needs; a test fails without. */
    public static String required(String variable) {
        String value = System.getenv(variable);
        assertNotNull(value, variable + " must be set for this tier of tests, but is: not set");
        return value;
    }

    /** Runs a command of {@code tests/fixtures/peft_reference.py}. */
    public static void reference(Object... arguments) throws Exception {
        run("tests/fixtures/peft_reference.py", arguments);
    }

    /** Runs a program to its end; what it said is the failure's message. */
    public static void run(String program, Object... arguments) throws Exception {
        Path here = Path.of("").toAbsolutePath();
        Path root = Files.exists(here.resolve("fixtures")) ? here.getParent() : here;
        List<String> command = new ArrayList<>(List.of(required("ILA_PYTHON")));
        command.add(root.resolve(program).toString());
        for (Object a : arguments) {
            command.add(a.toString());
        }
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("HF_HUB_OFFLINE", "1");
        Process process = builder.start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String text = out.lines().collect(Collectors.joining("\n"));
            assertEquals(0, process.waitFor(), text);
        }
    }
}

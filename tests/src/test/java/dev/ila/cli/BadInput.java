package dev.ila.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ila.data.Demo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A model and its data, whole at first. Whatever is wrong with the input: one line, the right exit
 * code, and nothing left behind.
 */
abstract class BadInput {
    @TempDir static Path shared;

    static SearchCommand command;
    static Path demo;

    @TempDir Path folder;

    Path out;
    Path model;

    @BeforeAll
    static void compile() throws IOException {
        command = new SearchCommand(Files.createDirectory(shared.resolve("classes")));
        demo = Demo.extract(shared);
    }

    @BeforeEach
    void copyTheModel() throws IOException {
        out = folder.resolve("out");
        model = Files.createDirectory(folder.resolve("model"));
        try (Stream<Path> files = Files.list(demo)) {
            for (Path f : files.toList()) {
                Files.copy(f, model.resolve(f.getFileName()));
            }
        }
    }

    /** One step of each stage on the copied model, and what else is asked for. */
    SearchCommand.End run(String... more) throws Exception {
        List<String> all = new ArrayList<>(List.of("--model=" + model, "--out=" + out));
        all.addAll(List.of("--threads=2", "--steps=2", "--mask-steps=1", "--batch-size=2"));
        for (String option : more) {
            all.removeIf(a -> a.startsWith(option.split("=")[0] + "="));
            all.add(option);
        }
        if (Stream.of(more).noneMatch(a -> a.startsWith("--data"))) {
            all.add("--data=" + demo.resolve("polite.json"));
        }
        return command.run(all.toArray(String[]::new));
    }

    void refused(int code, String message, String... more) throws Exception {
        SearchCommand.End end = run(more);
        assertEquals(message, end.line());
        assertEquals(code, end.code());
        assertEquals("", end.out());
        assertFalse(Files.exists(out), "a run directory is left behind");
    }

    Path weights() {
        return model.resolve("model.safetensors");
    }
}

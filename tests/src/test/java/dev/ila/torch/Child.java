package dev.ila.torch;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Starts a Java of its own on the tests' class path. */
public final class Child {
    private Child() {}

    /** A process that runs the main method of a class. */
    public static ProcessBuilder java(Class<?> main, String heap, String... arguments) {
        String path = System.getProperty("java.class.path");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(heap, "-cp", System.getProperty("surefire.test.class.path", path)));
        command.add(main.getName());
        command.addAll(Arrays.asList(arguments));
        return new ProcessBuilder(command);
    }
}

package dev.ila.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.ToolProvider;
import picocli.CommandLine;

/** {@code scripts/ila-search.java}, compiled and run, in this process or in one of its own. */
final class SearchCommand {
    private final Path classes;

    /** Compiles the script into a folder. */
    SearchCommand(Path classes) {
        this.classes = classes;
        int status =
                ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                null,
                                null,
                                "-proc:none",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "-d",
                                classes.toString(),
                                script().toString());
        if (status != 0) {
            throw new IllegalStateException("the script must compile, but does not");
        }
    }

    private static Path script() {
        Path here = Path.of("").toAbsolutePath();
        Path root = Files.exists(here.resolve("scripts")) ? here : here.getParent();
        return root.resolve("scripts/ila-search.java");
    }

    /** How a command ended; what it said on standard error, line ends as {@code \n}. */
    record End(int code, String out, String err) {
        /** The only line on standard error, without the command's name. */
        String line() {
            if (!err.startsWith("ila-search: ") || err.indexOf('\n') != err.length() - 1) {
                throw new AssertionError("one line of ila-search, but is: " + err);
            }
            return err.substring("ila-search: ".length(), err.length() - 1);
        }
    }

    /** Runs it here; progress is not caught, since it goes past picocli's streams. */
    End run(String... arguments) throws Exception {
        StringWriter err = new StringWriter();
        PrintStream stdout = System.out;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
            Constructor<?> constructor = loader.loadClass("IlaSearch").getDeclaredConstructor();
            constructor.setAccessible(true);
            CommandLine line = Errors.commandLine(constructor.newInstance());
            line.setOut(new PrintWriter(System.out, true)).setErr(new PrintWriter(err));
            int code = line.execute(arguments);
            String text = out.toString(StandardCharsets.UTF_8);
            return new End(code, text, err.toString().replace("\r\n", "\n"));
        } finally {
            System.setOut(stdout);
        }
    }

    /** The words that start it in a process of its own. */
    List<String> words(String... arguments) {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Its own file of counters would run into a limit on file sizes.
        words.addAll(List.of("-Xmx512m", "-XX:-UsePerfData", "-cp"));
        words.add(classes + java.io.File.pathSeparator + System.getProperty("java.class.path"));
        words.add("IlaSearch");
        words.addAll(List.of(arguments));
        return words;
    }
}

package dev.ila.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./jbang}, which starts a script without JBang where nothing has changed. */
@Tag("slow")
@DisabledOnOs(OS.WINDOWS)
class WrapperTest {
    private static final int CODE = 3;

    @TempDir Path folder;

    private record End(int code, String out) {}

    private End run(Path script, String... arguments) throws Exception {
        List<String> words = new ArrayList<>(List.of(Tree.ROOT.resolve("jbang").toString()));
        words.add(script.toString());
        words.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(words)
                        .directory(folder.toFile())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new End(process.waitFor(), out);
    }

    private Path script(String word) throws IOException {
        return Files.writeString(
                folder.resolve("Say.java"),
                """
                class Say {
                    public static void main(String... args) {
                        System.out.print("%s " + String.join("|", args));
                        System.exit(%d);
                    }
                }
                """
                        .formatted(word, CODE));
    }

    @Test
    void argumentsOutputAndCodeAreTheScriptsAndAChangeIsSeen() throws Exception {
        String[] arguments = {"a", "b  c", "$HOME", "it's", "\"q\"", ""};
        String joined = String.join("|", arguments);
        Path script = script("first");
        for (int time = 1; time <= 2; time++) {
            assertEquals(new End(CODE, "first " + joined), run(script, arguments), "time " + time);
        }
        script("second");
        assertEquals(new End(CODE, "second " + joined), run(script, arguments));
        Files.writeString(script, "class Say { this is not Java }");
        End wrong = run(script);
        assertTrue(wrong.code() != 0 && wrong.out().isEmpty(), wrong.toString());
        script("third");
        assertEquals(new End(CODE, "third x"), run(script, "x"));
    }
}

package dev.ila.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.ila.data.Demo;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every alias of the catalog works as the README writes it. */
@Tag("slow")
class CatalogTest {
    private static final Pattern COMMAND = Pattern.compile("(?:^ {4}|`)\\./jbang ([^`#\\n]+)");

    /**
     * Examples with other placeholders, and those that go on with a run, have tests of their own.
     */
    private static final Pattern OTHERS =
            Pattern.compile("…|\\bRUN\\b|\\b(A|B|ADAPTER)\\b|--resume|--help");

    @TempDir Path folder;

    @Test
    void everyAliasHelps() throws Exception {
        for (String alias : aliases()) {
            String help = jbang(List.of(alias, "--help"));
            assertTrue(help.startsWith("Usage: " + alias + " "), help);
            assertTrue(help.contains("Examples\n  " + alias), help);
        }
    }

    @Test
    void everyExampleOfTheReadmeRuns() throws Exception {
        Path demo = Demo.extract(folder);
        List<String> ran = new ArrayList<>();
        int searches = 0;
        for (String example : examples()) {
            String command =
                    example.replace("--model MODEL", "--model " + demo)
                            .replace("--data DATA", "--data " + demo.resolve("polite.json"))
                            .replace("runs/ila-search-", folder.resolve("search-").toString())
                            .replace("runs/ila-tune-1", folder.resolve("ila-tune").toString());
            List<String> words = new ArrayList<>(List.of(command.split("\\s+")));
            ran.add(words.get(0));
            String alias = words.get(0);
            if (List.of("ila-search", "ila-layers").contains(alias)) {
                // The same commands, for fewer steps.
                words.addAll(List.of("--limit=100", "--steps=3", "--mask-steps=2"));
            }
            if (alias.equals("ila-search")) {
                words.add("--out=" + folder.resolve("search-" + ++searches));
            } else if (List.of(
                            "ila-overlap",
                            "ila-rank",
                            "ila-truth",
                            "ila-tune",
                            "ila-eval",
                            "ila-compare")
                    .contains(alias)) {
                words.add("--out=" + folder.resolve(alias));
                words.addAll(alias.equals("ila-truth") ? List.of("--tokens=1000") : List.of());
            }
            jbang(words);
        }
        assertEquals(aliases(), Set.copyOf(ran), "the README must have an example of each alias");
        assertTrue(ran.size() >= 5, "examples of the README that ran: " + ran);
    }

    private static Set<String> aliases() throws Exception {
        JsonObject catalog =
                JsonParser.parseString(Tree.text("jbang-catalog.json")).getAsJsonObject();
        return Set.copyOf(catalog.getAsJsonObject("aliases").keySet());
    }

    private static List<String> examples() throws Exception {
        List<String> found = new ArrayList<>();
        for (String line : Tree.lines("README.md")) {
            Matcher command = COMMAND.matcher(line);
            while (command.find()) {
                String example = command.group(1).strip();
                if (!OTHERS.matcher(example).find() && !found.contains(example)) {
                    found.add(example);
                }
            }
        }
        return found;
    }

    private String jbang(List<String> words) throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "jbang"));
        command.addAll(words);
        Process process =
                new ProcessBuilder(command)
                        .directory(Tree.ROOT.toFile())
                        .redirectError(folder.resolve("err").toFile())
                        .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), command + "\n" + out);
        return out;
    }
}

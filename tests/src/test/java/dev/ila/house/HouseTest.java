package dev.ila.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** JBang and Maven build the same library, and the catalog names scripts that are there. */
class HouseTest {
    private static final String NATIVES = "ai.djl.pytorch:pytorch-native-cpu:";

    @Test
    void jbangsListIsMavens() throws Exception {
        same("lib/ila.java", "lib/");
        same("lib/ila-spark.java", "lib/spark/");
    }

    private static void same(String file, String module) throws Exception {
        String text = Tree.text(file);
        int begin = text.indexOf("// begin\n") + "// begin\n".length();
        int end = text.indexOf("// end\n");
        String wanted = String.join("\n", list(module)) + "\n";
        if (Boolean.getBoolean("ila.update")) {
            Files.writeString(
                    Tree.ROOT.resolve(file),
                    text.substring(0, begin) + wanted + text.substring(end));
        } else {
            assertEquals(
                    wanted,
                    text.substring(begin, end),
                    file + " must list " + module + "; ila.java says which command writes it");
        }
    }

    @Test
    void theWrapperTakesThePomsVersions() throws Exception {
        Map<String, String> pom = Pom.properties();
        List<String> unixLines = Tree.lines("jbang");
        List<String> windowsLines = Tree.lines("jbang.cmd");
        for (String name : List.of("djl", "pytorch")) {
            String setting = name + "=" + pom.get(name + ".version");
            assertTrue(unixLines.contains(setting), "jbang must have the line " + setting);
        }
        for (String name : List.of("version", "sha256")) {
            String unix = valueOf(name + "=", unixLines);
            assertEquals(unix, valueOf("set " + name + "=", windowsLines), "jbang.cmd: " + name);
        }
        assertEquals(pom.get("pytorch.version"), valueOf("set pytorch=", windowsLines));
    }

    @Test
    void everyAliasIsAScriptWithADescription() throws Exception {
        JsonObject aliases = aliases();
        assertFalse(aliases.keySet().isEmpty(), "jbang-catalog.json must have an alias");
        for (Map.Entry<String, JsonElement> alias : aliases.entrySet()) {
            JsonObject value = alias.getValue().getAsJsonObject();
            String script = "scripts/" + alias.getKey() + ".java";
            assertEquals(script, value.get("script-ref").getAsString());
            assertTrue(Files.isRegularFile(Tree.ROOT.resolve(script)), script + " must exist");
            String description = "//DESCRIPTION " + value.get("description").getAsString();
            assertEquals(description, valueOfLine("//DESCRIPTION ", script), script);
        }
    }

    @Test
    void everyScriptIsAnAliasAndShort() throws Exception {
        TreeSet<String> named = new TreeSet<>();
        aliases().keySet().forEach(name -> named.add("scripts/" + name + ".java"));
        List<String> scripts = Tree.files("scripts", ".java");
        assertEquals(List.copyOf(named), scripts, "jbang-catalog.json names every script");
        for (String script : scripts) {
            List<String> lines = Tree.lines(script);
            assertTrue(lines.size() <= 80, script + " must have 80 lines or fewer");
            for (String header : List.of("//JAVA 17+", "//DEPS ../lib/ila.java")) {
                assertTrue(lines.contains(header), script + " must have the line " + header);
            }
        }
    }

    /** A script's own dependency would be a second place for a version. */
    @Test
    void scriptsDependOnTheLibraryAlone() throws Exception {
        for (String script : Tree.files("scripts", ".java")) {
            for (String line : Tree.lines(script)) {
                boolean second = line.startsWith("//DEPS") && !line.contains("../lib/ila");
                assertFalse(second, script + " must take its dependencies from lib/: " + line);
            }
        }
    }

    private static List<String> list(String module) throws Exception {
        List<String> lines = new ArrayList<>();
        for (String file : Tree.files(module + "src/main/java", ".java")) {
            lines.add("//SOURCES " + file.substring("lib/".length()));
        }
        String resources = module + "src/main/resources/";
        for (String file : Tree.files(resources, "")) {
            String path = file.substring("lib/".length());
            lines.add("//FILES " + file.substring(resources.length()) + "=" + path);
        }
        for (String dependency : Pom.dependencies(module + "pom.xml")) {
            boolean natives = dependency.startsWith(NATIVES);
            if (!dependency.startsWith("dev.ila:")) {
                lines.add(
                        "//DEPS "
                                + (natives
                                        ? "${env.ILA_NATIVE_JAR:" + dependency + "}"
                                        : dependency));
            }
        }
        return lines;
    }

    private static JsonObject aliases() throws Exception {
        return JsonParser.parseString(Tree.text("jbang-catalog.json"))
                .getAsJsonObject()
                .getAsJsonObject("aliases");
    }

    private static String valueOfLine(String start, String file) throws Exception {
        return start + valueOf(start, Tree.lines(file));
    }

    private static String valueOf(String start, List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length()).strip())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no line starts with " + start));
    }
}

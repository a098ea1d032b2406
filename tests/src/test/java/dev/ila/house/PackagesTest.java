package dev.ila.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The library's packages form one line, in the order of the data's flow. */
class PackagesTest {
    private static final String MAIN = "lib/src/main/java/dev/ila/";

    /** Also in ARCHITECTURE.md. A package may name those before it, never those after. */
    static final List<String> ORDER =
            List.of(
                    "run",
                    "hub",
                    "jinja",
                    "data",
                    "torch",
                    "model",
                    "eval",
                    "delta",
                    "train",
                    "rank",
                    "search",
                    "criteria",
                    "truth",
                    "tune",
                    "study",
                    "view",
                    "cli");

    private static final Pattern NAME = Pattern.compile("\\bdev\\.ila\\.([a-z]+)\\.");

    @Test
    void importsGoUpTheListOnly() throws Exception {
        List<String> wrong = new ArrayList<>();
        for (String file : Tree.files(MAIN, ".java")) {
            int own = place(file.substring(MAIN.length()).split("/")[0], file);
            for (String line : Tree.lines(file)) {
                Matcher names = NAME.matcher(isComment(line) ? "" : line);
                while (names.find()) {
                    if (place(names.group(1), file) > own) {
                        wrong.add(file + ": " + line.strip());
                    }
                }
            }
        }
        assertEquals(List.of(), wrong, "imports must go up the list " + ORDER);
    }

    @Test
    void everyPackageSaysWhatItIs() throws Exception {
        TreeSet<Path> folders = new TreeSet<>();
        for (String file : Tree.files("lib/src/main/java", ".java")) {
            folders.add(Path.of(file).getParent());
        }
        for (Path folder : folders) {
            Path info = Tree.ROOT.resolve(folder).resolve("package-info.java");
            assertTrue(Files.isRegularFile(info), folder + " must have a package-info.java");
            String text = Files.readString(info);
            assertTrue(text.startsWith("/**"), info + " must say what the package is");
        }
    }

    @Test
    void thePackageOrderIsDocumented() throws Exception {
        String text = Tree.text("ARCHITECTURE.md");
        int last = -1;
        for (String name : ORDER) {
            int at = text.indexOf("| `" + name + "` |");
            assertTrue(at > last, "ARCHITECTURE.md must list " + name + " in the order " + ORDER);
            last = at;
        }
    }

    private static int place(String name, String file) {
        int place = ORDER.indexOf(name);
        assertTrue(place >= 0, file + ": the package " + name + " must be one of " + ORDER);
        return place;
    }

    private static boolean isComment(String line) {
        String text = line.strip();
        return text.startsWith("*") || text.startsWith("/*") || text.startsWith("//");
    }
}

package dev.ila.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What holds for every file of the checkout. */
class FilesTest {
    private static final Pattern HOST = Pattern.compile("https?://([A-Za-z0-9.-]+)");

    /** Hosts of references and schemas. No file needs a registry's: Maven and pip know theirs. */
    private static final Set<String> REFERENCES =
            Set.of(
                    "apache.org",
                    "arxiv.org",
                    "doi.org",
                    "jbang.dev",
                    "json-schema.org",
                    "maven.apache.org",
                    "pmd.sourceforge.net",
                    "www.apache.org",
                    "127.0.0.1",
                    "www.w3.org");

    /** The hub is not a reference but asked: its address is a constant in one place. */
    private static final String HUB =
            "lib/src/main/java/dev/ila/hub/HubSettings.java: https:" + "//huggingface.co";

    private static final Pattern MACHINE =
            Pattern.compile("(?<![A-Za-z0-9._}-])/(home|root|work|Users|mnt)/[A-Za-z]");

    private static final Pattern TEXT =
            Pattern.compile(
                    ".*(\\.(java|py|md|xml|json|cff|txt|cmd|sh|toml|properties|jinja|ipynb|jshell)"
                            + "|jbang|notebooks/lab|Containerfile|LICENSE|\\.ci/run|\\.gitignore)");

    private static final Pattern NOT_IN_THE_LIBRARY =
            Pattern.compile("System\\.(exit|out|err)\\b|printStackTrace\\(|return null;");

    @Test
    void javaFilesAreShort() throws Exception {
        List<String> wrong = new ArrayList<>();
        for (String file : Tree.files("", ".java")) {
            int lines = Tree.lines(file).size();
            // lib/ila.java is a list that grows with the library.
            if (lines > 300 && !file.equals("lib/ila.java")) {
                wrong.add(file + ": " + lines);
            }
        }
        assertEquals(List.of(), wrong, "a Java file must have 300 lines or fewer");
    }

    @Test
    void scriptsAlonePrintAndExit() throws Exception {
        assertEquals(List.of(), matches("lib/src/main/java", ".java", NOT_IN_THE_LIBRARY));
    }

    @Test
    void noFileNamesAMachine() throws Exception {
        assertEquals(List.of(), matches("", "", MACHINE));
    }

    @Test
    void addressesAreThoseOfReferences() throws Exception {
        List<String> wrong = new ArrayList<>();
        for (String file : Tree.files("", "")) {
            Matcher hosts = HOST.matcher(TEXT.matcher(file).matches() ? Tree.text(file) : "");
            while (hosts.find()) {
                String found = file + ": " + hosts.group();
                if (!REFERENCES.contains(hosts.group(1)) && !found.equals(HUB)) {
                    wrong.add(found);
                }
            }
        }
        assertEquals(List.of(), wrong, "an address must be one of " + REFERENCES);
    }

    @Test
    void nothingBelongsToAHost() {
        for (String name : List.of(".github", ".gitlab-ci.yml", ".mvn/settings.xml")) {
            assertFalse(Files.exists(Tree.ROOT.resolve(name)), name + " must not be there");
        }
    }

    private static List<String> matches(String folder, String end, Pattern pattern)
            throws Exception {
        List<String> found = new ArrayList<>();
        for (String file : Tree.files(folder, end)) {
            if (TEXT.matcher(file).matches()) {
                List<String> lines = Tree.lines(file);
                for (int i = 0; i < lines.size(); i++) {
                    if (pattern.matcher(lines.get(i)).find()) {
                        found.add(file + ":" + (i + 1) + ": " + lines.get(i).strip());
                    }
                }
            }
        }
        return found;
    }
}

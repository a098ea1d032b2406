package dev.ila.house;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The README's glossary has every public type with its Javadoc's first sentence. Symbols are
 * written there by hand; {@code -Dila.update=true} keeps them and writes the rest.
 */
class GlossaryTest {
    private static final String HEAD = "| symbol | type | what it is |\n|---|---|---|\n";
    private static final Pattern ROW = Pattern.compile("\\| ([^|]*) \\| \\[`(\\w+)`]\\(.*\\n");

    private static final Pattern PUBLIC_TYPE =
            Pattern.compile(
                    "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*(?:@\\w+(?:\\([^)]*\\))?\\s+)*public "
                            + "(?:(?:abstract|final|sealed|non-sealed) )*"
                            + "(?:class|record|interface|enum) (\\w+)",
                    Pattern.DOTALL);

    private static final Pattern TAG =
            Pattern.compile("\\{@(?:link|linkplain|code) ([^\\s}]+)(?: ([^}]+))?}");

    @Test
    void everyPublicTypeIsThere() throws Exception {
        String text = Tree.text("README.md");
        int begin = text.indexOf(HEAD) + HEAD.length();
        int end = text.indexOf("\n\n", begin - 1) + 1;
        String rows = text.substring(begin, end);
        String wanted = rows(symbols(rows));
        if (Boolean.getBoolean("ila.update")) {
            Path file = Tree.ROOT.resolve("README.md");
            Files.writeString(file, text.substring(0, begin) + wanted + text.substring(end));
        } else {
            assertEquals(wanted, rows, "CONTRIBUTING.md says which command writes README.md's");
        }
    }

    private static Map<String, String> symbols(String rows) {
        Map<String, String> symbols = new HashMap<>();
        Matcher row = ROW.matcher(rows);
        while (row.find()) {
            symbols.put(row.group(2), row.group(1));
        }
        return symbols;
    }

    private static String rows(Map<String, String> symbols) throws Exception {
        StringBuilder rows = new StringBuilder();
        for (String name : PackagesTest.ORDER) {
            for (String file : Tree.files("lib/src/main/java/dev/ila/" + name, ".java")) {
                String text = Tree.text(file);
                Matcher type = PUBLIC_TYPE.matcher(text);
                boolean found = type.find();
                assertEquals(text.contains("\npublic "), found, file + " must have Javadoc");
                if (found) {
                    String symbol = symbols.getOrDefault(type.group(2), "");
                    rows.append(
                            "| %s | [`%s`](%s) | %s |\n"
                                    .formatted(
                                            symbol,
                                            type.group(2),
                                            file,
                                            firstSentence(type.group(1))));
                }
            }
        }
        return rows.toString();
    }

    private static String firstSentence(String comment) {
        String text = comment.replaceAll("(?m)^\\s*\\*", " ").replaceAll("\\s+", " ").strip();
        // As javadoc: up to the first full stop that a space or a tag's line follows.
        String first = text.split("(?<=\\.)(?= )| @param| <p>", 2)[0];
        Matcher tag = TAG.matcher(first);
        return tag.replaceAll(
                        t -> {
                            String shown = t.group(2) != null ? t.group(2) : t.group(1);
                            return Matcher.quoteReplacement("`" + shown.replace('#', '.') + "`");
                        })
                .replace("|", "\\|");
    }
}

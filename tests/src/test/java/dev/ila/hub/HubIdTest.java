package dev.ila.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What names a repository, and what does not. */
class HubIdTest {
    private static Optional<HubId> parse(String text) {
        return HubId.parse(HubId.Kind.MODEL, text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org/name",
                "Org-1/Name_2.5-B",
                "_o/n_",
                "org/name@v1.0",
                "org/name@refs/convert/parquet",
                "org/name@refs/pr/7",
                "org/name@0123456789abcdef0123456789abcdef01234567"
            })
    void aNameIsReadAsItIsWritten(String text) {
        HubId id = parse(text).orElseThrow();
        assertEquals(text, id.toString());
        assertEquals(text.contains("@") ? text.split("@")[1] : "main", id.branch());
        assertEquals(text.endsWith("4567"), id.isCommit());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "name",
                "./name",
                "/org/name",
                "org/name/",
                "a/b/c",
                "../name",
                "org/..",
                "org//name",
                "~/name",
                "org/na me",
                "org/.name",
                "org/name.",
                "-org/name",
                "org/na--me",
                "org/na..me",
                "org/name.git",
                "org\\name",
                "org/näme",
                "org/name@",
                "org/name@../main",
                "org/name@a//b",
                "org/name@/main",
                "org/name@main/",
                "org/name@a b",
                "org/name@a@b",
                "org/name@v1.",
                "org/name\n"
            })
    void aPathIsNoName(String text) {
        assertEquals(Optional.empty(), parse(text));
    }

    @Test
    void aNameHas96LettersAtMost() {
        assertTrue(parse("org/" + "n".repeat(96)).isPresent());
        assertFalse(parse("org/" + "n".repeat(97)).isPresent());
    }

    @Test
    void anOldNameHasNoOwner() {
        assertEquals("gpt2", new HubId(HubId.Kind.MODEL, "gpt2", Optional.empty()).toString());
        Quick.fails(
                IllegalArgumentException.class,
                "repository must be named as org/name, but is: ../gpt2",
                () -> new HubId(HubId.Kind.MODEL, "../gpt2", Optional.empty()));
        Quick.fails(
                IllegalArgumentException.class,
                "revision must be a branch, a tag or a commit, but is: ../x",
                () -> parse("org/name").orElseThrow().at("../x"));
    }

    @Test
    void aFileStaysInItsRepository() {
        for (String path : new String[] {"../x", "a/../../x", "/x", "a//x", "a\\x", "", "a/."}) {
            Quick.fails(
                    IllegalArgumentException.class,
                    "file of a repository must be a path inside it, but is: " + path,
                    () -> HubFile.named(path));
        }
    }
}

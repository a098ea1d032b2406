package dev.ila.hub;

import dev.ila.run.Require;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A file of a repository.
 *
 * @param path from the repository's root, with forward slashes
 * @param bytes its size, where it is known
 * @param hash its content's, where it is known: SHA-256 in 64 hexadecimal digits for large files,
 *     Git's SHA-1 in 40 for others
 */
public record HubFile(String path, OptionalLong bytes, Optional<String> hash) {
    /** Checks that the path stays within the repository. */
    public HubFile {
        boolean inside =
                Arrays.stream(path.split("/", -1))
                        .noneMatch(s -> s.isEmpty() || s.equals(".") || s.equals(".."));
        boolean plain = path.chars().noneMatch(c -> c < ' ' || c == '\\');
        Require.that(inside && plain, path, "file of a repository", "a path inside it");
        hash = hash.flatMap(HubFile::hash);
    }

    /** The text, if it is a hash of content. */
    static Optional<String> hash(String text) {
        return Optional.of(text).filter(t -> t.matches("[0-9a-f]{40}|[0-9a-f]{64}"));
    }

    /** A file of which nothing but its path is known. */
    static HubFile named(String path) {
        return new HubFile(path, OptionalLong.empty(), Optional.empty());
    }
}

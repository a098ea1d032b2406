package dev.ila.hub;

import dev.ila.run.Require;
import java.util.List;

/**
 * A repository at one commit.
 *
 * @param id what was asked for
 * @param commit in 40 hexadecimal digits
 * @param files of the commit, sorted by path
 * @param complete whether these are all of its files; else those that the cache has, since neither
 *     the hub nor the cache had the list
 */
public record HubSnapshot(HubId id, String commit, List<HubFile> files, boolean complete) {
    /** Checks the commit and sorts the files. */
    public HubSnapshot {
        Require.that(HubId.isCommit(commit), commit, "commit", "40 hexadecimal digits");
        files = files.stream().sorted((a, b) -> a.path().compareTo(b.path())).toList();
    }

    /** What names these files for ever: the repository at its commit. */
    public HubId pinned() {
        return id.at(commit);
    }

    /** The file of this path; of one that is not listed nothing but its path is known. */
    HubFile file(String path) {
        return files.stream()
                .filter(f -> f.path().equals(path))
                .findFirst()
                .orElseGet(() -> HubFile.named(path));
    }
}

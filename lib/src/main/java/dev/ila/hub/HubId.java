package dev.ila.hub;

import dev.ila.run.Require;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A repository of the hub, as {@code org/name@revision}.
 *
 * @param kind what is in it
 * @param name with its owner, as {@code org/name}; some old ones have no owner
 * @param revision a branch, a tag or a commit; empty for the branch {@code main}
 */
public record HubId(Kind kind, String name, Optional<String> revision) {
    /** What is in a repository. */
    public enum Kind {
        /** A model. */
        MODEL,
        /** Records. */
        DATASET;

        /** As in messages: {@code model}. */
        String label() {
            return this == MODEL ? "model" : "data set";
        }

        /** As in the hub's interface and in the cache: {@code models}. */
        String plural() {
            return this == MODEL ? "models" : "datasets";
        }

        /** Before a repository's name in the address of its page. */
        String page() {
            return this == MODEL ? "" : "datasets/";
        }
    }

    private static final String WORD = "[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?";
    private static final Pattern NAME = Pattern.compile("(?:" + WORD + "/)?" + WORD);
    private static final Pattern REVISION =
            Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.+-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.+-]*)*");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

    /** Checks that name and revision keep the hub's rules, so that both can be part of a path. */
    public HubId {
        Require.that(isName(name), name, "repository", "named as org/name");
        revision.ifPresent(
                r -> Require.that(isRevision(r), r, "revision", "a branch, a tag or a commit"));
    }

    /**
     * What {@code org/name} or {@code org/name@revision} names; empty if the text is neither, as a
     * path that begins or ends with a slash or a dot.
     */
    public static Optional<HubId> parse(Kind kind, String text) {
        int at = text.indexOf('@');
        String name = at < 0 ? text : text.substring(0, at);
        Optional<String> revision = at < 0 ? Optional.empty() : Optional.of(text.substring(at + 1));
        boolean holds = name.contains("/") && isName(name);
        return holds && revision.map(HubId::isRevision).orElse(true)
                ? Optional.of(new HubId(kind, name, revision))
                : Optional.empty();
    }

    /** The same repository at another revision. */
    public HubId at(String other) {
        return new HubId(kind, name, Optional.of(other));
    }

    /** The revision, {@code main} if none was named. */
    String branch() {
        return revision.orElse("main");
    }

    /** Whether the revision is a commit, whose files never change. */
    public boolean isCommit() {
        return isCommit(branch());
    }

    static boolean isCommit(String text) {
        return COMMIT.matcher(text).matches();
    }

    private static boolean isName(String text) {
        boolean reserved = text.contains("--") || text.contains("..") || text.endsWith(".git");
        return !reserved && NAME.matcher(text).matches();
    }

    private static boolean isRevision(String text) {
        boolean reserved = text.contains("..") || text.endsWith(".") || text.length() > 200;
        return !reserved && REVISION.matcher(text).matches();
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return name + revision.map(r -> "@" + r).orElse("");
    }
}

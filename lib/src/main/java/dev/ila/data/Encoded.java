package dev.ila.data;

/**
 * A text as token ids, and where in the text each token stands.
 *
 * <p>Not a record: it owns arrays, which nobody else sees.
 */
public final class Encoded {
    private final int[] ids;
    private final int[] starts;
    private final int[] ends;

    /** Keeps the arrays: their maker gives them away. */
    Encoded(int[] ids, int[] starts, int[] ends) {
        this.ids = ids;
        this.starts = starts;
        this.ends = ends;
    }

    /** Number of tokens. */
    public int length() {
        return ids.length;
    }

    /** Token id at a position. */
    public int id(int position) {
        return ids[position];
    }

    /** A copy of all ids, [tokens]. */
    public int[] ids() {
        return ids.clone();
    }

    /** Where the token's first character stands, as an index into the Java string. */
    public int start(int position) {
        return starts[position];
    }

    /** One past the token's last character, as an index into the Java string. */
    public int end(int position) {
        return ends[position];
    }
}

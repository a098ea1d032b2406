package dev.ila.data;

import java.util.List;

/**
 * Examples side by side, padded on the right to the longest. Under a causal mask no real token sees
 * the padding, so there is no attention mask.
 *
 * <p>Not a record: it owns arrays. They are handed out without a copy, to be read only.
 */
public final class Batch {
    private final long[] ids;
    private final int rows;
    private final int length;
    private final long[] positions;
    private final long[] labels;
    private final long[] real;

    private Batch(long[] ids, int rows, int length, long[] positions, long[] labels, long[] real) {
        this.ids = ids;
        this.rows = rows;
        this.length = length;
        this.positions = positions;
        this.labels = labels;
        this.real = real;
    }

    /** Lays examples out; the pad id is 0, which no real token ever attends to. */
    public static Batch of(List<Example> examples) {
        int length = 0;
        int supervised = 0;
        int tokens = 0;
        for (Example e : examples) {
            length = Math.max(length, e.length());
            supervised += e.supervisedTokens();
            tokens += e.length();
        }
        long[] ids = new long[examples.size() * length];
        long[] positions = new long[supervised];
        long[] labels = new long[supervised];
        long[] real = new long[tokens];
        int n = 0;
        int next = 0;
        for (int row = 0; row < examples.size(); row++) {
            Example e = examples.get(row);
            for (int t = 0; t < e.length(); t++) {
                ids[row * length + t] = e.id(t);
                real[next++] = (long) row * length + t;
                if (e.supervised(t)) {
                    positions[n] = (long) row * length + t - 1;
                    labels[n++] = e.label(t);
                }
            }
        }
        return new Batch(ids, examples.size(), length, positions, labels, real);
    }

    /** Token ids, row by row, [rows × length]. */
    public long[] ids() {
        return ids;
    }

    /** Number of examples. */
    public int rows() {
        return rows;
    }

    /** Length of the longest example, in tokens. */
    public int length() {
        return length;
    }

    /** Where in [rows × length] a supervised token is predicted: one before its own place. */
    public long[] positions() {
        return positions;
    }

    /**
     * What is to be said there, the supervised tokens if nothing else, in the order of {@link
     * #positions}.
     */
    public long[] labels() {
        return labels;
    }

    /** Where in [rows × length] real tokens stand, padding left out. */
    public long[] realPositions() {
        return real;
    }

    /** Real tokens, padding left out. */
    public int tokens() {
        return real.length;
    }
}

package dev.ila.data;

import dev.ila.run.Require;

/**
 * A conversation as token ids, with the tokens that training supervises.
 *
 * <p>Not a record: it owns arrays, which nobody else sees.
 */
public final class Example {
    private final int[] ids;
    private final int[] labels;
    private final boolean[] supervised;
    private final int supervisedTokens;

    /**
     * Takes copies of both.
     *
     * @param ids token ids, [tokens]
     * @param supervised whether the token at a position is one that the model must learn to say,
     *     [tokens]; the first token never counts, since nothing predicts it
     */
    public Example(int[] ids, boolean[] supervised) {
        Require.that(
                supervised.length == ids.length,
                supervised.length,
                "supervised",
                "as long as ids (" + ids.length + ")");
        this.ids = ids.clone();
        this.labels = this.ids;
        this.supervised = supervised.clone();
        int count = 0;
        for (int i = 1; i < ids.length; i++) {
            count += supervised[i] ? 1 : 0;
        }
        this.supervisedTokens = count;
    }

    private Example(Example of, int... labels) {
        this.ids = of.ids;
        this.labels = labels;
        this.supervised = of.supervised;
        this.supervisedTokens = of.supervisedTokens;
    }

    /**
     * The same text, where something else is to be said after it: what the model reads stays.
     *
     * @param said one token id for each supervised token, in their order
     */
    public Example withLabels(long... said) {
        Require.that(
                said.length == supervisedTokens,
                said.length,
                "number of labels",
                "that of supervised tokens (" + supervisedTokens + ")");
        int[] other = ids.clone();
        int next = 0;
        for (int i = 1; i < other.length; i++) {
            if (supervised[i]) {
                other[i] = Math.toIntExact(said[next++]);
            }
        }
        return new Example(this, other);
    }

    /** Number of tokens. */
    public int length() {
        return ids.length;
    }

    /** Number of supervised tokens, the first position left out. */
    public int supervisedTokens() {
        return supervisedTokens;
    }

    /** Token id at a position. */
    public int id(int position) {
        return ids[position];
    }

    /** What the model must learn to say at a supervised position: the token there, or another. */
    public int label(int position) {
        return labels[position];
    }

    /** Whether the token at a position is supervised. */
    public boolean supervised(int position) {
        return position > 0 && supervised[position];
    }
}

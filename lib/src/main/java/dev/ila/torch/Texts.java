package dev.ila.torch;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.ila.run.Require;
import dev.ila.torch.Network.Want;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Texts side by side that grow, of unlike lengths: what was read is kept as keys and values of
 * every block, so that only new tokens are computed. Made by {@link Network#texts}.
 *
 * <p>It holds 2 · blocks · keyValueHeads · headSize numbers for each token that it has room for,
 * and while it reads attention for {@value Network#QUERIES} tokens of each text at once.
 */
public final class Texts implements AutoCloseable {
    private final Network network;
    private final Program program;
    private final Shared shared;
    private final Change change;
    private final NDManager own;
    private final List<NDArray> cache = new ArrayList<>();
    private final int capacity;
    private final int[] lengths;

    private Texts(Texts from, int[] lengths, int capacity) {
        this(from.network, from.program, from.shared, from.change, lengths, capacity);
    }

    private Texts(
            Network network,
            Program program,
            Shared shared,
            Change change,
            int[] lengths,
            int capacity) {
        this.network = network;
        this.program = program;
        this.shared = shared;
        this.change = change;
        this.lengths = lengths;
        this.capacity = capacity;
        this.own = program.manager().newSubManager();
    }

    static Texts empty(
            Network network,
            Program program,
            Shared shared,
            Change change,
            int rows,
            int capacity) {
        Require.atLeast(1, rows, "number of texts");
        Require.atLeast(1, capacity, "capacity");
        Texts texts = new Texts(network, program, shared, change, new int[rows], capacity);
        Dimensions d = shared.dimensions();
        long type = shared.compute().products().code();
        texts.fill(
                step -> {
                    NDArray sizes =
                            Program.longs(
                                    step,
                                    type,
                                    d.blocks(),
                                    rows,
                                    d.keyValueHeads(),
                                    capacity + 1L,
                                    d.headSize());
                    NDArray where = step.create(0f);
                    for (int i = 0; i < 2; i++) {
                        Program.Arguments a = new Program.Arguments().add(where).add(sizes);
                        texts.cache.add(program.call(step, "cache_make", a));
                    }
                });
        return texts;
    }

    /**
     * Some of these texts, each perhaps several times, as texts of their own that go on from here;
     * these stay as they are.
     *
     * @param rows which
     * @param room tokens for which each is to have room
     */
    public Texts select(int[] rows, int room) {
        int[] chosen = Arrays.stream(rows).map(row -> lengths[row]).toArray();
        Require.atLeast(Arrays.stream(chosen).max().orElse(1), room, "capacity");
        Texts texts = new Texts(this, chosen, room);
        texts.fill(
                step -> {
                    NDArray which = step.create(Arrays.stream(rows).asLongStream().toArray());
                    NDArray size = Program.longs(step, room + 1L);
                    for (NDArray of : cache) {
                        Program.Arguments a = new Program.Arguments().add(of).add(which).add(size);
                        texts.cache.add(program.call(step, "cache_select", a));
                    }
                });
        return texts;
    }

    /** Number of texts. */
    public int rows() {
        return lengths.length;
    }

    /** Tokens of a text that were read. */
    public int length(int row) {
        return lengths[row];
    }

    /**
     * Reads on.
     *
     * @param tokens what comes next of each text, [rows][any number]
     * @param labels after each of these tokens, the tokens whose loss is wanted as the next one,
     *     [rows][tokens][any number]
     * @return for each text, in the order of its labels, their losses in nats: −log of the
     *     probability
     */
    public float[][] losses(int[][] tokens, int[][][] labels) {
        float[][] all = new float[rows()][];
        int[] done = new int[rows()];
        for (int row = 0; row < rows(); row++) {
            all[row] = new float[Arrays.stream(labels[row]).mapToInt(l -> l.length).sum()];
        }
        read(
                tokens,
                (from, length) -> {
                    List<int[]> wanted = new ArrayList<>(); // row, place, label
                    for (int row = 0; row < rows(); row++) {
                        for (int t = from; t < Math.min(from + length, tokens[row].length); t++) {
                            for (int label : labels[row][t]) {
                                wanted.add(new int[] {row, row * length + t - from, label});
                            }
                        }
                    }
                    float[] losses =
                            call(
                                    "loss_further",
                                    tokens,
                                    from,
                                    length,
                                    wanted,
                                    NDArray::toFloatArray);
                    for (int i = 0; i < wanted.size(); i++) {
                        int row = wanted.get(i)[0];
                        all[row][done[row]++] = losses[i];
                    }
                });
        return all;
    }

    /**
     * Reads on.
     *
     * @param tokens what comes next of each text, [rows][1 or more]
     * @return the likeliest next token of each text
     */
    public int[] next(int[][] tokens) {
        int[] all = new int[rows()];
        read(
                tokens,
                (from, length) -> {
                    List<int[]> wanted = new ArrayList<>();
                    for (int row = 0; row < rows(); row++) {
                        int last = tokens[row].length - 1;
                        if (last >= from && last < from + length) {
                            wanted.add(new int[] {row, row * length + last - from, 0});
                        }
                    }
                    long[] next =
                            call(
                                    "next_further",
                                    tokens,
                                    from,
                                    length,
                                    wanted,
                                    NDArray::toLongArray);
                    for (int i = 0; i < wanted.size(); i++) {
                        all[wanted.get(i)[0]] = Math.toIntExact(next[i]);
                    }
                });
        return all;
    }

    /** Takes the tokens of each text from one place on, so many. */
    @FunctionalInterface
    private interface Piece {
        void read(int from, int length);
    }

    /** Reads so many tokens of each text at once that attention stays small. */
    private void read(int[][] tokens, Piece piece) {
        Require.that(tokens.length == rows(), tokens.length, "number of texts", "" + rows());
        int longest = 0;
        for (int row = 0; row < rows(); row++) {
            int end = lengths[row] + tokens[row].length;
            Require.that(end <= capacity, end, "length of a text", capacity + " or less");
            longest = Math.max(longest, tokens[row].length);
        }
        for (int from = 0; from < longest; from += Network.QUERIES) {
            int length = Math.min(Network.QUERIES, longest - from);
            piece.read(from, length);
            for (int row = 0; row < rows(); row++) {
                lengths[row] += count(tokens[row], from, length);
            }
        }
    }

    private static int count(int[] tokens, int from, int length) {
        return Math.max(0, Math.min(length, tokens.length - from));
    }

    /** Turns what a call gave into Java's. */
    @FunctionalInterface
    private interface Result<T> {
        T of(NDArray array);
    }

    private <T> T call(
            String method,
            int[][] tokens,
            int from,
            int length,
            List<int[]> wanted,
            Result<T> result) {
        long[] ids = new long[rows() * length];
        int upTo = 1;
        for (int row = 0; row < rows(); row++) {
            int count = count(tokens[row], from, length);
            upTo = Math.max(upTo, lengths[row] + count);
            for (int t = 0; t < count; t++) {
                ids[row * length + t] = tokens[row][from + t];
            }
        }
        // One is always asked for, so that nothing is empty.
        boolean none = wanted.isEmpty();
        long[] keep = none ? new long[1] : wanted.stream().mapToLong(w -> w[1]).toArray();
        long[] labels = none ? new long[1] : wanted.stream().mapToLong(w -> w[2]).toArray();
        float[] gamma = new float[shared.dimensions().layers()];
        Arrays.fill(gamma, 1);
        synchronized (network) {
            try (NDManager step = program.manager().newSubManager()) {
                Program.Arguments a =
                        shared.of(
                                step,
                                ids,
                                rows(),
                                capacity + 1,
                                keep,
                                labels,
                                change,
                                gamma,
                                Want.LOSS,
                                0);
                a.add(step.create(Arrays.stream(lengths).asLongStream().toArray()));
                a.add(Program.longs(step, upTo)).add(cache);
                return result.of(program.call(step, method, a));
            } catch (EngineException e) {
                throw shared.compute().told(e, rows(), upTo, "--tokens-at-once");
            }
        }
    }

    /** Makes the cache's arrays. */
    @FunctionalInterface
    private interface Making {
        void in(NDManager step);
    }

    private void fill(Making making) {
        try (NDManager step = program.manager().newSubManager()) {
            making.in(step);
            cache.forEach(c -> c.attach(own));
        } catch (EngineException e) {
            close();
            throw shared.compute().told(e, rows(), capacity, "--tokens-at-once");
        }
    }

    @Override
    public void close() {
        own.close();
    }
}

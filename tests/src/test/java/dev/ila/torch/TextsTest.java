package dev.ila.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts that are read piece by piece, against the same texts read at once. */
class TextsTest {
    private static final int THREADS = 2;

    /** Longer than what is read at once, and one that ends where a piece does. */
    private static final int[] LENGTHS = {300, 5, 128, 129, 1};

    private final Random random = new Random(11);

    private static Compute compute(Precision precision) {
        return new Compute("cpu", precision, THREADS, false, precision);
    }

    private static Change change(Network n, String kind) {
        return switch (kind) {
            case "factors" -> SmallNetwork.factors(n, 0.2);
            case "difference" -> SmallNetwork.difference(n);
            case "whole" -> SmallNetwork.whole(n, Set.of());
            default -> Change.none(n);
        };
    }

    @ParameterizedTest
    @CsvSource({"factors,F32,1e-5", "difference,F32,1e-5", "none,F32,1e-5", "factors,BF16,0.2"})
    void lossesAreThoseOfTheWholeText(String kind, Precision precision, double within) {
        lossesAreThoseOfTheWholeText(SmallNetwork.dimensions(false), kind, precision, within);
    }

    /** Windows, biases, norms of heads; and a change of every weight. */
    @ParameterizedTest
    @CsvSource({"none,F32,1e-5", "whole,F32,1e-5"})
    void soAreThoseOfVariants(String kind, Precision precision, double within) {
        Variant.Gemma gemma =
                new Variant.Gemma(
                        true,
                        true,
                        OptionalDouble.of(5),
                        OptionalDouble.of(3),
                        OptionalDouble.of(4),
                        OptionalDouble.of(30));
        Variant variant = new Variant(true, true, List.of(30, 0, 140), gemma);
        lossesAreThoseOfTheWholeText(SmallNetwork.dimensions(variant), kind, precision, within);
    }

    private void lossesAreThoseOfTheWholeText(
            Dimensions d, String kind, Precision precision, double within) {
        try (Network n = SmallNetwork.make(d, compute(precision))) {
            Change change = change(n, kind);
            int[][] texts = texts(d.vocabulary());
            int[][] first = new int[texts.length][];
            int[][] rest = new int[texts.length][];
            for (int row = 0; row < texts.length; row++) {
                int cut = new int[] {250, 0, 64, 128, 1}[row];
                first[row] = Arrays.copyOf(texts[row], cut);
                rest[row] = Arrays.copyOfRange(texts[row], cut, texts[row].length);
            }
            try (Texts read = n.texts(change, texts.length, 300)) {
                float[][] early = read.losses(first, labels(first));
                float[][] late = read.losses(rest, labels(rest));
                for (int row = 0; row < texts.length; row++) {
                    assertEquals(texts[row].length, read.length(row));
                    float[] both = Arrays.copyOf(early[row], 2 * texts[row].length);
                    System.arraycopy(late[row], 0, both, early[row].length, late[row].length);
                    assertEquals(0, distance(whole(n, change, texts[row]), both), within);
                }
            }
        }
    }

    @Test
    void textsGoOnFromACopyAsFromTheirOwn() {
        Dimensions d = SmallNetwork.dimensions(true);
        try (Network n = SmallNetwork.make(d, compute(Precision.F32))) {
            Change change = change(n, "factors");
            int[] begin = tokens(40, d.vocabulary());
            int[][] ends = {tokens(7, d.vocabulary()), tokens(3, d.vocabulary())};
            try (Texts one = n.texts(change, 1, 40)) {
                one.losses(new int[][] {begin}, new int[1][40][0]);
                for (int again = 0; again < 2; again++) {
                    try (Texts two = one.select(new int[] {0, 0}, 47)) {
                        int[] next = two.next(ends);
                        for (int row = 0; row < 2; row++) {
                            int[] text = joined(begin, ends[row]);
                            assertEquals(likeliest(n, change, text), next[row]);
                        }
                    }
                }
                assertEquals(40, one.length(0));
            }
        }
    }

    @Test
    void nothingIsLeftInNativeMemory() {
        Dimensions d = SmallNetwork.dimensions(true);
        try (Network n = SmallNetwork.make(d, compute(Precision.F32))) {
            Change change = change(n, "none");
            int[][] text = {tokens(9, d.vocabulary())};
            int[] before = new int[1];
            for (int again = 0; again < 3; again++) {
                try (Texts one = n.texts(change, 1, 20);
                        Texts more = one.select(new int[] {0, 0, 0}, 20)) {
                    one.next(text);
                    assertEquals(3, more.rows());
                }
                before[0] = again == 0 ? n.liveArrays() : before[0];
                assertEquals(before[0], n.liveArrays());
            }
        }
    }

    @Test
    void aTextThatDoesNotFitIsRefused() {
        Dimensions d = SmallNetwork.dimensions(true);
        try (Network n = SmallNetwork.make(d, compute(Precision.F32));
                Texts one = n.texts(Change.none(n), 1, 5)) {
            Exception e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> one.next(new int[][] {new int[6]}));
            assertEquals("length of a text must be 5 or less, but is: 6", e.getMessage());
        }
    }

    /** Root of the mean square. */
    private static double distance(float[] a, float[] b) {
        assertEquals(a.length, b.length);
        double sum = IntStream.range(0, a.length).mapToDouble(i -> Math.pow(a[i] - b[i], 2)).sum();
        return Math.sqrt(sum / a.length);
    }

    private int[][] texts(int vocabulary) {
        return IntStream.of(LENGTHS).mapToObj(l -> tokens(l, vocabulary)).toArray(int[][]::new);
    }

    private int[] tokens(int length, int vocabulary) {
        return IntStream.range(0, length).map(i -> random.nextInt(vocabulary)).toArray();
    }

    /** After each token two labels. */
    private static int[][][] labels(int[][] texts) {
        return Arrays.stream(texts)
                .map(t -> Arrays.stream(t).mapToObj(TextsTest::two).toArray(int[][]::new))
                .toArray(int[][][]::new);
    }

    private static int[] two(int token) {
        return new int[] {token / 2, token};
    }

    private static float[] whole(Network n, Change change, int[] text) {
        float[] out = new float[2 * text.length];
        for (int t = 0; t < text.length; t++) {
            double[] logits = logits(n, change, Arrays.copyOf(text, t + 1));
            double most = Arrays.stream(logits).max().orElseThrow();
            double sum = Arrays.stream(logits).map(x -> Math.exp(x - most)).sum();
            for (int k = 0; k < 2; k++) {
                out[2 * t + k] = (float) (Math.log(sum) + most - logits[two(text[t])[k]]);
            }
        }
        return out;
    }

    private static int likeliest(Network n, Change change, int[] text) {
        double[] logits = logits(n, change, text);
        return IntStream.range(0, logits.length)
                .reduce((a, b) -> logits[b] > logits[a] ? b : a)
                .orElseThrow();
    }

    private static double[] logits(Network n, Change change, int[] text) {
        float[] gamma = new float[n.dimensions().layers()];
        Arrays.fill(gamma, 1);
        long[] ids = Arrays.stream(text).asLongStream().toArray();
        float[] logits = n.logits(ids, 1, new long[] {text.length - 1}, change, gamma);
        return IntStream.range(0, logits.length).mapToDouble(i -> logits[i]).toArray();
    }

    private static int[] joined(int[] a, int[] b) {
        return IntStream.concat(Arrays.stream(a), Arrays.stream(b)).toArray();
    }
}

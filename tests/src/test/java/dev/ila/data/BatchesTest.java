package dev.ila.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class BatchesTest {
    /**
     * Lengths as instruction data has them: most short, some long; an example's id is its place.
     */
    private static final List<Example> EXAMPLES =
            Tiny.lengths(
                    new SplittableRandom(1)
                            .doubles(1003)
                            .mapToInt(u -> (int) (20 + 300 * u * u * u))
                            .toArray());

    @Test
    void aStepDependsOnSeedAndStepAlone() {
        Batches once = new Batches(EXAMPLES, 16, 8, 5);
        Batches again = new Batches(EXAMPLES, 16, 8, 5);
        List<Integer> later = rows(again.step(100));
        assertEquals(rows(once.step(3)), rows(again.step(3)));
        for (int i = 0; i < 100; i++) {
            once.step(i);
        }
        assertEquals(later, rows(once.step(100)));
        assertNotEquals(rows(once.step(3)), rows(new Batches(EXAMPLES, 16, 8, 6).step(3)));
    }

    @Test
    void theOrderIsTheSameOnEveryMachine() {
        assertEquals(
                List.of(0, 4), rows(new Batches(Tiny.lengths(5, 3, 9, 4, 7, 8), 2, 1, 11).step(4)));
    }

    @Test
    void anEpochTakesEachExampleOnceButARemainder() {
        Batches batches = new Batches(EXAMPLES, 16, 8, 5);
        assertEquals(62, batches.stepsPerEpoch());
        List<Integer> first = epoch(batches, 0);
        List<Integer> second = epoch(batches, 1);
        assertEquals(62 * 16, first.size());
        assertEquals(62 * 16, new TreeSet<>(first).size());
        assertEquals(62 * 16, new TreeSet<>(second).size());
        assertNotEquals(first, second);
        assertNotEquals(new TreeSet<>(first), new TreeSet<>(second));
    }

    @Test
    void theMicroBatchDoesNotDecideWhoSharesABatch() {
        Batches whole = new Batches(EXAMPLES, 16, 16, 5);
        Batches parts = new Batches(EXAMPLES, 16, 5, 5);
        assertEquals(List.of(5, 5, 5, 1), parts.step(9).stream().map(Batch::rows).toList());
        assertEquals(rows(whole.step(9)), rows(parts.step(9)));
    }

    @Test
    void examplesOfLikeLengthStandSideBySide() {
        Batches batches = new Batches(EXAMPLES, 16, 8, 5);
        long cells = 0;
        long tokens = 0;
        for (int i = 0; i < batches.stepsPerEpoch(); i++) {
            for (Batch batch : batches.step(i)) {
                cells += (long) batch.rows() * batch.length();
                tokens += batch.tokens();
            }
        }
        assertTrue(cells < 1.1 * tokens, cells + " cells for " + tokens + " tokens");
    }

    @Test
    void neighboursKeepTheirOrder() {
        List<Batch> batches = Batches.inOrder(Tiny.lengths(4, 2, 3), 2);
        assertEquals(List.of(0, 1, 2), rows(batches));
        assertArrayEquals(new long[] {0, 0, 0, 0, 1, 1, 0, 0}, batches.get(0).ids());
    }

    @Test
    void sizesThatCannotBeAreRefused() {
        List<Example> three = Tiny.lengths(2, 2, 2);
        assertEquals(
                "batch size must be between 1 and the number of examples (3), but is: 4",
                assertThrows(IllegalArgumentException.class, () -> new Batches(three, 4, 2, 0))
                        .getMessage());
        assertEquals(
                "micro-batch must be between 1 and the batch size (2), but is: 3",
                assertThrows(IllegalArgumentException.class, () -> new Batches(three, 2, 3, 0))
                        .getMessage());
    }

    private static List<Integer> epoch(Batches batches, int epoch) {
        List<Integer> rows = new ArrayList<>();
        for (int i = 0; i < batches.stepsPerEpoch(); i++) {
            rows.addAll(rows(batches.step((long) epoch * batches.stepsPerEpoch() + i)));
        }
        return rows;
    }

    /** The examples of batches by the id that stands for their place. */
    private static List<Integer> rows(List<Batch> batches) {
        List<Integer> rows = new ArrayList<>();
        for (Batch batch : batches) {
            for (int row = 0; row < batch.rows(); row++) {
                rows.add((int) batch.ids()[row * batch.length()]);
            }
        }
        return rows;
    }
}

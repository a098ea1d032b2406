package dev.ila.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class ExampleTest {
    private static final Example TEXT =
            new Example(new int[] {5, 6, 7, 8}, new boolean[] {true, true, false, true});

    @Test
    void anotherLabelChangesWhatIsToBeSaidAndNothingElse() {
        Example other = TEXT.withLabels(1, 2);
        Batch was = Batch.of(List.of(TEXT, TEXT));
        Batch is = Batch.of(List.of(TEXT, other));
        assertArrayEquals(new long[] {6, 8, 6, 8}, was.labels());
        assertArrayEquals(new long[] {6, 8, 1, 2}, is.labels());
        assertArrayEquals(was.ids(), is.ids());
        assertArrayEquals(was.positions(), is.positions());
        assertArrayEquals(was.realPositions(), is.realPositions());
        assertEquals(2, other.supervisedTokens());
        assertEquals(6, TEXT.label(1));
        assertArrayEquals(new long[] {3, 4}, Batch.of(List.of(other.withLabels(3, 4))).labels());
    }

    @Test
    void thereIsALabelForEachSupervisedToken() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> TEXT.withLabels(1, 2, 3));
        assertEquals(
                "number of labels must be that of supervised tokens (2), but is: 3",
                e.getMessage());
    }
}

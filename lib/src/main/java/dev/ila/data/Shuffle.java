package dev.ila.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Random orders that are the same on every Java platform. */
final class Shuffle {
    private Shuffle() {}

    /** The numbers from 0 to {@code count} - 1 in random order (Fisher and Yates). */
    static List<Integer> of(int count, SplittableRandom random) {
        List<Integer> order =
                IntStream.range(0, count).boxed().collect(Collectors.toCollection(ArrayList::new));
        for (int i = count - 1; i > 0; i--) {
            Collections.swap(order, i, random.nextInt(i + 1));
        }
        return order;
    }
}

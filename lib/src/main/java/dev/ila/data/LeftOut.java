package dev.ila.data;

import java.util.Map;
import java.util.TreeMap;

/** Counts what is left out, by reason, and keeps the first place of each. */
final class LeftOut {
    private final Map<String, Integer> counts = new TreeMap<>();
    private final Map<String, String> first = new TreeMap<>();

    /** Does something with what stands at {@code place}, unless it is {@link Unusable}. */
    void unless(String place, Runnable use) {
        try {
            use.run();
        } catch (Unusable e) {
            counts.merge(e.getMessage(), 1, Integer::sum);
            first.putIfAbsent(e.getMessage(), place);
        }
    }

    Map<String, Integer> counts() {
        return counts;
    }

    Map<String, String> first() {
        return first;
    }
}

package dev.ila.criteria;

import dev.ila.model.LinearLayer;
import dev.ila.rank.Ranking;
import dev.ila.run.Require;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/**
 * What a criterion found.
 *
 * @param ranking by its scores
 * @param values the criterion's own numbers by layer, in the model's order; scores follow from them
 * @param read what it read of the data
 */
public record Scored(Ranking ranking, Map<String, Double> values, Read read) {
    /** Takes a copy. */
    public Scored {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /**
     * How much of the data was read.
     *
     * @param examples conversations; one that is read again counts again
     * @param tokens of all of them
     */
    public record Read(long examples, long tokens) {
        /** No data at all. */
        public static final Read NOTHING = new Read(0, 0);
    }

    /**
     * Ranks by scores that follow from values.
     *
     * @param of the criterion
     * @param values one for each layer
     * @param scores one for each layer, higher is more important
     * @throws IllegalArgumentException if all scores are equal: that ranks nothing
     */
    static Scored of(
            Criterion of, List<LinearLayer> layers, double[] values, double[] scores, Read read) {
        Require.that(
                layers.size() < 2 || DoubleStream.of(scores).distinct().count() > 1,
                scores[0] + " for each layer",
                "score by " + of.key(),
                "different for some layers");
        Map<String, Double> byName = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i++) {
            Require.that(
                    Double.isFinite(values[i]),
                    values[i],
                    "value of " + layers.get(i).name() + " by " + of.key(),
                    "a finite number");
            byName.put(layers.get(i).name(), values[i]);
        }
        return new Scored(Ranking.of(layers, scores), byName, read);
    }

    /** Ranks by the values themselves. */
    static Scored of(Criterion of, List<LinearLayer> layers, double[] values, Read read) {
        return of(of, layers, values, values, read);
    }
}

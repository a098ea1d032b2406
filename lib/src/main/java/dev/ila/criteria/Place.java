package dev.ila.criteria;

import dev.ila.model.LinearLayer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/** Ranks that look at nothing: by chance, or by where a layer's block stands. */
public enum Place implements Criterion {
    /** An order by chance. */
    RANDOM("place in an order by chance, from its seed"),
    /** Early blocks first; the layers of a block are equal. */
    FIRST("−number of the block"),
    /** Late blocks first; the layers of a block are equal. */
    LAST("number of the block");

    private final String formula;

    Place(String formula) {
        this.formula = formula;
    }

    @Override
    public String key() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    @Override
    public String formula() {
        return formula;
    }

    @Override
    public Need need() {
        return Need.MODEL;
    }

    @Override
    public Scored rank(Subject subject) {
        List<LinearLayer> layers = subject.layers();
        ToDoubleFunction<LinearLayer> value =
                switch (this) {
                    case RANDOM -> shuffled(layers, subject.given().seed())::indexOf;
                    case FIRST -> l -> -l.block();
                    case LAST -> LinearLayer::block;
                };
        double[] values = layers.stream().mapToDouble(value).toArray();
        return Scored.of(this, layers, values, Scored.Read.NOTHING);
    }

    private static List<LinearLayer> shuffled(List<LinearLayer> layers, long seed) {
        List<LinearLayer> order = new ArrayList<>(layers);
        Collections.shuffle(order, new Random(seed));
        return order;
    }
}

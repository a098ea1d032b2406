package dev.ila.search;

import dev.ila.model.LinearLayer;
import dev.ila.run.Require;
import java.util.ArrayList;
import java.util.List;

/**
 * The mask as it was learned: s of each ranked layer before the first step of stage 2 and after
 * each.
 *
 * <p>Not a record: it owns arrays.
 */
public final class MaskCourse {
    private final List<LinearLayer> layers;
    private final List<float[]> logits = new ArrayList<>();

    /**
     * A course of no step.
     *
     * @param layers those with a Δθᵢ
     * @param start s of all layers of the model, by index
     */
    MaskCourse(List<LinearLayer> layers, float[] start) {
        this.layers = List.copyOf(layers);
        add(start);
    }

    void add(float[] s) {
        logits.add(s);
    }

    /** The ranked layers, in the order of their indices. */
    public List<LinearLayer> layers() {
        return layers;
    }

    /** Number of steps made. */
    public int steps() {
        return logits.size() - 1;
    }

    /**
     * sᵢ after a step.
     *
     * @param step 0 for before the first
     */
    public double logit(int step, LinearLayer layer) {
        Require.between(0, steps(), step, "step");
        return logits.get(step)[layer.index()];
    }
}

package dev.ila.search;

import dev.ila.model.LinearLayer;
import java.util.List;

/** Courses of a mask that nobody trained. */
public final class Courses {
    private Courses() {}

    /** Every layer drifts by a rate of its own. */
    public static MaskCourse of(List<LinearLayer> layers, int steps) {
        MaskCourse course = new MaskCourse(layers, logits(layers.size(), 0));
        for (int step = 1; step <= steps; step++) {
            course.add(logits(layers.size(), step));
        }
        return course;
    }

    private static float[] logits(int layers, int step) {
        float[] s = new float[layers];
        for (int i = 0; i < layers; i++) {
            s[i] = 4 + step * 0.01f * (float) Math.sin(i);
        }
        return s;
    }
}

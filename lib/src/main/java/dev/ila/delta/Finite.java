package dev.ila.delta;

import dev.ila.model.FileCheck;
import java.nio.file.Path;

/** A change of weights that is not a number would make a ranking of nothing. */
final class Finite {
    private Finite() {}

    static void check(Path file, String tensor, float[] values, int at, int count) {
        for (int i = at; i < at + count; i++) {
            if (!Float.isFinite(values[i])) {
                FileCheck.that(false, values[i], file, "each number of tensor " + tensor, "finite");
            }
        }
    }
}

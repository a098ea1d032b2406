package dev.ila.rank;

import dev.ila.model.LinearLayer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Layers as a Llama has them, for tests; sizes differ by projection as they do there. */
public final class Layers {
    private static final List<String> PROJECTIONS =
            List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

    private Layers() {}

    /** All seven projections of each block. */
    public static List<LinearLayer> of(int blocks) {
        List<LinearLayer> layers = new ArrayList<>();
        for (int block = 0; block < blocks; block++) {
            for (String projection : PROJECTIONS) {
                boolean attention = PROJECTIONS.indexOf(projection) < 4;
                String name =
                        "model.layers.%d.%s.%s"
                                .formatted(block, attention ? "self_attn" : "mlp", projection);
                int outputs = attention ? 64 : 128;
                layers.add(new LinearLayer(layers.size(), name, block, projection, outputs, 64));
            }
        }
        return layers;
    }

    /** Seeded normal numbers. */
    public static double[] noise(int n, long seed) {
        return new Random(seed).doubles(n).map(x -> x - 0.5).toArray();
    }
}

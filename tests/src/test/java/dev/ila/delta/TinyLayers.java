package dev.ila.delta;

import dev.ila.model.Checkpoint;
import dev.ila.model.LinearLayer;
import dev.ila.model.TinyLlama;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/** The layers of {@link TinyLlama}, and values for them. */
final class TinyLayers {
    private TinyLayers() {}

    static List<LinearLayer> of(Path directory) throws IOException {
        Path model = TinyLlama.write(directory.resolve("base"), TinyLlama.tensors(1));
        return Checkpoint.open(model).layers();
    }

    static float[] values(int size) {
        SplittableRandom random = new SplittableRandom(3);
        float[] out = new float[size];
        for (int i = 0; i < size; i++) {
            out[i] = (float) random.nextDouble() - 0.5f;
        }
        return out;
    }

    /** Ranks that differ by layer, none for k, odd alphas. */
    static LoraLayout uneven(List<LinearLayer> layers, LoraScaling scaling) {
        return LoraLayout.of(
                layers,
                scaling,
                l ->
                        switch (l.projection()) {
                            case "k_proj" -> LoraLayout.Factors.NONE;
                            case "up_proj" ->
                                    l.block() == 0
                                            ? LoraLayout.Factors.NONE
                                            : new LoraLayout.Factors(3, 16);
                            case "q_proj" -> new LoraLayout.Factors(1 + l.block(), 0.1);
                            default -> new LoraLayout.Factors(4, 16);
                        });
    }
}

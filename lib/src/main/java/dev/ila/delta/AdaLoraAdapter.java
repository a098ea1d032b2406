package dev.ila.delta;

import dev.ila.model.FileCheck;
import dev.ila.model.LinearLayer;
import dev.ila.model.Safetensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The tensors of an AdaLoRA adapter of PEFT as LoRA's: A = {@code lora_A}, B = {@code lora_B} ·
 * diag({@code lora_E}). A layer's rank is what its tensors have, 0 too; the factor is PEFT's, α /
 * (initial rank + 1e-5), for every layer, whatever its rank is at the end.
 */
final class AdaLoraAdapter {
    static final double BESIDE_RANK = 1e-5;

    private AdaLoraAdapter() {}

    /** Layout of what the file has. */
    static LoraLayout layout(Safetensors file, PeftConfig config, List<LinearLayer> layers) {
        List<String> known = new ArrayList<>();
        for (LinearLayer l : layers) {
            List.of("A", "B", "E").forEach(kind -> known.add(name(l, kind)));
        }
        Set<String> names = file.tensors().keySet();
        FileCheck.that(
                !names.isEmpty(), "none", file.file(), "tensors", "lora_A, lora_B and lora_E");
        int initial = config.initialRank();
        double scale = config.alpha() / (initial + BESIDE_RANK);
        String rule = "lora_A, lora_B or lora_E of a linear layer in the model's blocks";
        for (String name : names) {
            FileCheck.that(known.contains(name), name, file.file(), "every tensor", rule);
        }
        return LoraLayout.of(
                layers,
                LoraScaling.ALPHA_OVER_RANK,
                l -> {
                    if (!names.contains(name(l, "A"))) {
                        return LoraLayout.Factors.NONE;
                    }
                    int rank = Math.toIntExact(file.tensor(name(l, "A")).shape().get(0));
                    FileCheck.that(
                            rank <= initial,
                            rank,
                            file.file(),
                            "rank of " + l.name(),
                            "at most the configuration's init_r, " + initial);
                    return rank == 0
                            ? LoraLayout.Factors.NONE
                            : new LoraLayout.Factors(rank, scale * rank);
                });
    }

    /** The numbers, as the layout says. */
    static float[] values(Safetensors file, LoraLayout layout) {
        float[] values = new float[layout.size()];
        for (LinearLayer l : layout.adapted()) {
            int i = l.index();
            int rank = layout.rank(i);
            PeftAdapter.read(file, name(l, "A"), values, layout.offsetA(i), rank, l.inputs());
            PeftAdapter.read(file, name(l, "B"), values, layout.offsetB(i), l.outputs(), rank);
            float[] lambda = new float[rank];
            PeftAdapter.read(file, name(l, "E"), lambda, 0, rank, 1);
            for (int at = 0; at < l.outputs() * rank; at++) {
                values[layout.offsetB(i) + at] *= lambda[at % rank];
            }
        }
        return values;
    }

    static String name(LinearLayer layer, String kind) {
        return PeftAdapter.PREFIX + layer.name() + ".lora_" + kind;
    }
}

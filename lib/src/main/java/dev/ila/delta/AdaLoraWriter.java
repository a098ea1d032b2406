package dev.ila.delta;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.ila.model.LinearLayer;
import dev.ila.model.TensorData;
import dev.ila.run.Require;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * LoRA's factors as an AdaLoRA adapter of PEFT: Δθᵢ = α / (initial rank + 1e-5) · P·diag(λ)·Q with
 * rows of Q = {@code lora_A} and columns of P = {@code lora_B} of length 1, so that λ = {@code
 * lora_E} says how much of Δθᵢ a triplet is.
 */
final class AdaLoraWriter {
    /** So many digits of α are written; λ makes up for the rest. */
    private static final MathContext DIGITS = new MathContext(9);

    /** PEFT's default; it warns of any other. */
    private static final int PEFT_RANK = 8;

    private final LoraLayout layout;
    private final float[] values;
    private final AdaLoraSchedule schedule;
    private final double alpha;

    private AdaLoraWriter(LoraLayout layout, float[] values, AdaLoraSchedule schedule) {
        this.layout = layout;
        this.values = values;
        this.schedule = schedule;
        LinearLayer first = layout.adapted().get(0);
        double same = layout.scale(first.index()) * schedule.initial();
        this.alpha = new BigDecimal(same).round(DIGITS).doubleValue();
    }

    static void write(
            Path directory,
            LoraLayout layout,
            float[] values,
            AdaLoraSchedule schedule,
            String baseModel) {
        PeftWriter.requireSize(layout, values);
        for (LinearLayer l : layout.adapted()) {
            int rank = layout.rank(l.index());
            Require.that(
                    rank <= schedule.initial(),
                    rank,
                    "rank of " + l.name(),
                    "at most " + schedule.initial() + ", that of the beginning");
        }
        AdaLoraWriter writer = new AdaLoraWriter(layout, values, schedule);
        PeftWriter.files(directory, writer.tensors(), writer.config(baseModel));
    }

    private Map<String, TensorData> tensors() {
        Map<String, TensorData> out = new LinkedHashMap<>();
        for (LinearLayer l : layout.adapted()) {
            int i = l.index();
            int rank = layout.rank(i);
            float[] q = new float[rank * l.inputs()];
            float[] p = new float[l.outputs() * rank];
            float[] lambda = new float[rank];
            // PEFT's factor is α / (initial + 1e-5), and the same for every layer.
            double more =
                    layout.scale(i) * (schedule.initial() + AdaLoraAdapter.BESIDE_RANK) / alpha;
            for (int t = 0; t < rank; t++) {
                int a = layout.offsetA(i) + t * l.inputs();
                double lengthQ = unit(a, 1, l.inputs(), q, t * l.inputs());
                double lengthP = unit(layout.offsetB(i) + t, rank, l.outputs(), p, t);
                lambda[t] = (float) (more * lengthQ * lengthP);
            }
            out.put(AdaLoraAdapter.name(l, "A"), TensorData.of(q, rank, l.inputs()));
            out.put(AdaLoraAdapter.name(l, "B"), TensorData.of(p, l.outputs(), rank));
            out.put(AdaLoraAdapter.name(l, "E"), TensorData.of(lambda, rank, 1));
        }
        return out;
    }

    /** Copies every so many numbers, divided by their length, which it gives. */
    private double unit(int from, int every, int count, float[] to, int first) {
        double sum = 0;
        for (int k = 0; k < count; k++) {
            double x = values[from + k * every];
            sum += x * x;
        }
        double length = Math.sqrt(sum);
        for (int k = 0; k < count && length > 0; k++) {
            to[first + k * every] = (float) (values[from + k * every] / length);
        }
        return length;
    }

    private String config(String baseModel) {
        JsonObject json = new JsonObject();
        // AdaLoRA has no use for it, but its configuration is LoRA's with more.
        json.addProperty("r", PEFT_RANK);
        json.addProperty("init_r", schedule.initial());
        json.addProperty("target_r", schedule.target());
        json.addProperty("tinit", schedule.first());
        json.addProperty("tfinal", schedule.last());
        json.addProperty("total_step", schedule.steps());
        // Of the triplets at the beginning those that are left, which PEFT counts.
        JsonObject ranks = new JsonObject();
        for (LinearLayer l : layout.adapted()) {
            JsonArray left = new JsonArray();
            for (int t = 0; t < schedule.initial(); t++) {
                left.add(t < layout.rank(l.index()));
            }
            ranks.add(l.name() + ".lora_E", left);
        }
        json.add("rank_pattern", ranks);
        return PeftWriter.config(json, "ADALORA", layout, alpha, baseModel);
    }
}

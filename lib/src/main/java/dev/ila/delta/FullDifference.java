package dev.ila.delta;

import dev.ila.model.Architecture;
import dev.ila.model.Checkpoint;
import dev.ila.model.FileCheck;
import dev.ila.model.LinearLayer;
import dev.ila.model.Safetensors;
import dev.ila.model.StoredTensor;
import dev.ila.model.TensorData;
import dev.ila.model.TensorInfo;
import dev.ila.run.Require;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Δθ as full matrices in one vector of f32: for each linear layer [outputs, inputs], row by row, in
 * the order of layers, without gaps.
 */
public final class FullDifference {
    private static final int SLICE = 1 << 20;

    /** An array of Java's on its way to a device has fewer bytes than 2³¹. */
    private static final long MOST = 1L << 29;

    private FullDifference() {}

    /** Length of the vector; more than 2³¹ − 1 does not fit one array. */
    public static long size(List<LinearLayer> layers) {
        return layers.stream().mapToLong(LinearLayer::parameters).sum();
    }

    /**
     * Δθ = aligned − base of the linear layers, in f32.
     *
     * @throws IllegalArgumentException if the models are not of one architecture or do not differ
     *     in any linear layer
     * @throws java.io.UncheckedIOException if a difference is not finite
     */
    public static float[] between(Checkpoint base, Checkpoint aligned) {
        checkSame(base.architecture(), aligned.architecture());
        float[] out = new float[length(base.layers())];
        boolean changed = false;
        int at = 0;
        for (LinearLayer l : base.layers()) {
            int count = Math.toIntExact(l.parameters());
            StoredTensor after = aligned.weight(l);
            changed |= subtract(base.weight(l), after, out, at, count);
            Finite.check(after.file().file(), after.info().name(), out, at, count);
            at += count;
        }
        Require.that(
                changed,
                aligned.directory(),
                "aligned model",
                "changed from the base in some linear layer");
        return out;
    }

    /** Tensors that differ too but are no linear layer, as norms: Δθ leaves them at the base's. */
    public static List<String> changedElsewhere(Checkpoint base, Checkpoint aligned) {
        checkSame(base.architecture(), aligned.architecture());
        Set<String> linear =
                base.layers().stream()
                        .map(l -> base.weight(l).info().name())
                        .collect(Collectors.toSet());
        List<String> out = new ArrayList<>();
        for (Map.Entry<String, StoredTensor> e : base.tensors().entrySet()) {
            StoredTensor before = e.getValue();
            StoredTensor after = aligned.tensors().get(e.getKey());
            if (after != null
                    && !linear.contains(e.getKey())
                    && after.info().type().isWeight()
                    && before.info().shape().equals(after.info().shape())
                    && differ(before, after)) {
                out.add(e.getKey());
            }
        }
        return out;
    }

    /** Writes a difference as a safetensors file, whole or not at all. */
    public static void write(Path file, List<LinearLayer> layers, float[] values) {
        Require.that(
                values.length == size(layers),
                values.length,
                "number of values",
                size(layers) + ", the layers'");
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        int at = 0;
        for (LinearLayer l : layers) {
            tensors.put(l.name(), TensorData.slice(values, at, l.outputs(), l.inputs()));
            at += (int) l.parameters();
        }
        Safetensors.write(file, tensors, Map.of("format", "pt"));
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws java.io.UncheckedIOException if a layer is missing or of another shape
     */
    public static float[] read(Path path, List<LinearLayer> layers) {
        Safetensors file = Safetensors.open(path);
        float[] out = new float[length(layers)];
        int at = 0;
        for (LinearLayer l : layers) {
            TensorInfo info = file.tensor(l.name());
            List<Long> expected = List.of((long) l.outputs(), (long) l.inputs());
            FileCheck.that(
                    info.shape().equals(expected),
                    info.shape(),
                    path,
                    "shape of tensor " + l.name(),
                    expected + " by the model");
            int count = (int) l.parameters();
            new StoredTensor(file, info).read(0, count, out, at);
            Finite.check(path, l.name(), out, at, count);
            at += count;
        }
        return out;
    }

    private static int length(List<LinearLayer> layers) {
        long size = size(layers);
        Require.that(
                size < MOST,
                size,
                "number of weights in linear layers",
                "below 2^29 for a full difference (use a LoRA adapter)");
        return (int) size;
    }

    private static boolean subtract(
            StoredTensor before, StoredTensor after, float[] out, int at, int count) {
        float[] base = new float[Math.min(SLICE, count)];
        boolean changed = false;
        for (int from = 0; from < count; from += SLICE) {
            int n = Math.min(SLICE, count - from);
            before.read(from, n, base, 0);
            after.read(from, n, out, at + from);
            for (int i = 0; i < n; i++) {
                out[at + from + i] -= base[i];
                changed |= out[at + from + i] != 0;
            }
        }
        return changed;
    }

    private static boolean differ(StoredTensor before, StoredTensor after) {
        int count = (int) Math.min(SLICE, before.info().count());
        float[] scratch = new float[count];
        for (long from = 0; from < before.info().count(); from += count) {
            int n = (int) Math.min(count, before.info().count() - from);
            float[] other = new float[n];
            before.read(from, n, scratch, 0);
            after.read(from, n, other, 0);
            for (int i = 0; i < n; i++) {
                if (scratch[i] != other[i]) {
                    return true;
                }
            }
        }
        return false;
    }

    private static void checkSame(Architecture base, Architecture aligned) {
        same("model_type", base.family(), aligned.family());
        same("num_hidden_layers", base.blocks(), aligned.blocks());
        same("hidden_size", base.hidden(), aligned.hidden());
        same("intermediate_size", base.intermediate(), aligned.intermediate());
        same("vocab_size", base.vocabulary(), aligned.vocabulary());
        Architecture.Attention b = base.attention();
        Architecture.Attention a = aligned.attention();
        same("num_attention_heads", b.heads(), a.heads());
        same("num_key_value_heads", b.keyValueHeads(), a.keyValueHeads());
        same("head_dim", b.headSize(), a.headSize());
        same("attention", b.variant(), a.variant());
        same("rope_theta", b.rope().theta(), a.rope().theta());
        same("rope scaling", b.rope(), a.rope());
        same("rms_norm_eps", base.normEpsilon(), aligned.normEpsilon());
        same("tie_word_embeddings", base.tiedHead(), aligned.tiedHead());
    }

    private static void same(String field, Object base, Object aligned) {
        String name = field + " of the aligned model";
        Require.that(aligned.equals(base), aligned, name, base + ", the base's");
    }
}

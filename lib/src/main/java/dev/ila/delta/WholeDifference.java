package dev.ila.delta;

import dev.ila.model.Architecture;
import dev.ila.model.FileCheck;
import dev.ila.model.LanguageModel;
import dev.ila.model.LinearLayer;
import dev.ila.model.Safetensors;
import dev.ila.model.StoredTensor;
import dev.ila.model.TensorData;
import dev.ila.model.TensorInfo;
import dev.ila.run.Require;
import dev.ila.torch.Dimensions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Δθ of every weight of a model in one vector of f32, laid out as {@link
 * dev.ila.torch.Change.Whole}: what LISA learns.
 *
 * @param layers all linear layers of the model
 * @param vocabulary rows of its embedding
 * @param tied whether the head is the embedding
 */
public record WholeDifference(List<LinearLayer> layers, int vocabulary, boolean tied) {
    private static final String EMBEDDING = "model.embed_tokens";
    private static final String HEAD = "lm_head";

    /** An array of Java's on its way to a device has fewer bytes than 2³¹. */
    private static final long MOST = 1L << 29;

    /** Takes a copy. */
    public WholeDifference {
        layers = List.copyOf(layers);
    }

    /**
     * Of a model.
     *
     * @throws IllegalArgumentException if its blocks have other norms than two, or it has too many
     *     weights
     */
    public static WholeDifference of(Architecture a, List<LinearLayer> layers) {
        Require.that(
                !a.attention().variant().gemma().postNorms(),
                a.family(),
                "model of LISA",
                "one whose blocks have two norms");
        Dimensions d = LanguageModel.dimensions(a);
        long size = d.outside() + d.blocks() * d.block();
        Require.that(size < MOST, size, "number of weights", "below 2^29 for LISA");
        return new WholeDifference(layers, a.vocabulary(), a.tiedHead());
    }

    /**
     * A tensor's part.
     *
     * @param name as in the checkpoint without {@code .weight}
     * @param offset of its first number
     * @param shape as in the checkpoint
     */
    public record Part(String name, int offset, List<Long> shape) {
        /** How many numbers. */
        public int count() {
            return Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
        }
    }

    /** All parts, in order. */
    public List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        int hidden = layers.get(0).inputs();
        add(parts, EMBEDDING, vocabulary, hidden);
        add(parts, "model.norm", hidden);
        if (!tied) {
            add(parts, HEAD, vocabulary, hidden);
        }
        for (int i = 0; i < layers.size(); i++) {
            LinearLayer l = layers.get(i);
            add(parts, l.name(), l.outputs(), l.inputs());
            if (i + 1 == layers.size() || layers.get(i + 1).block() != l.block()) {
                String block = l.name().substring(0, l.name().indexOf("." + l.block() + ".") + 1);
                add(parts, block + l.block() + ".input_layernorm", hidden);
                add(parts, block + l.block() + ".post_attention_layernorm", hidden);
            }
        }
        return parts;
    }

    private static void add(List<Part> parts, String name, long... shape) {
        Part last = parts.isEmpty() ? null : parts.get(parts.size() - 1);
        int offset = last == null ? 0 : Math.addExact(last.offset(), last.count());
        parts.add(new Part(name, offset, Arrays.stream(shape).boxed().toList()));
    }

    /** How many numbers. */
    public int size() {
        List<Part> parts = parts();
        Part last = parts.get(parts.size() - 1);
        return Math.addExact(last.offset(), last.count());
    }

    /** Place of a linear layer's first number. */
    public int offset(LinearLayer layer) {
        return parts().stream()
                .filter(p -> p.name().equals(layer.name()))
                .findFirst()
                .orElseThrow()
                .offset();
    }

    /** The parts that are no linear layers'. */
    public List<Part> elsewhere() {
        List<String> linear = layers.stream().map(LinearLayer::name).toList();
        return parts().stream().filter(p -> !linear.contains(p.name())).toList();
    }

    /** Writes numbers as a safetensors file, whole or not at all. */
    public void write(Path file, float[] values) {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        for (Part p : parts()) {
            long[] shape = p.shape().stream().mapToLong(Long::longValue).toArray();
            tensors.put(p.name(), TensorData.slice(values, p.offset(), shape));
        }
        Safetensors.write(file, tensors, Map.of("format", "pt"));
    }

    /** Whether a file with a difference has one of every weight. */
    public static boolean in(Safetensors file) {
        return file.tensors().containsKey(EMBEDDING);
    }

    /** The layout of such a file. */
    public static WholeDifference of(Safetensors file, List<LinearLayer> layers) {
        long rows = file.tensor(EMBEDDING).shape().get(0);
        return new WholeDifference(
                layers, Math.toIntExact(rows), !file.tensors().containsKey(HEAD));
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws java.io.UncheckedIOException if a tensor is missing or of another shape
     */
    public float[] read(Safetensors file) {
        float[] out = new float[size()];
        for (Part p : parts()) {
            TensorInfo info = file.tensor(p.name());
            FileCheck.that(
                    info.shape().equals(p.shape()),
                    info.shape(),
                    file.file(),
                    "shape of tensor " + p.name(),
                    p.shape() + " by the model");
            new StoredTensor(file, info).read(0, p.count(), out, p.offset());
            Finite.check(file.file(), p.name(), out, p.offset(), p.count());
        }
        return out;
    }
}

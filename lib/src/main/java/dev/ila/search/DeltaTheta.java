package dev.ila.search;

import dev.ila.delta.FullDifference;
import dev.ila.delta.LoraLayout;
import dev.ila.delta.PeftAdapter;
import dev.ila.model.Checkpoint;
import dev.ila.model.LinearLayer;
import dev.ila.run.RunDirectory;
import dev.ila.torch.Change;
import dev.ila.torch.Network;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Δθ of one run: how it begins, how it is laid on a device, how it is kept.
 *
 * @param layers all linear layers of the model
 * @param layout of LoRA factors; none for a full difference
 * @param initial its numbers before stage 1, or those it came with
 */
record DeltaSource(List<LinearLayer> layers, Optional<LoraLayout> layout, float[] initial) {
    /** Full differences are kept under this name in the run directory. */
    private static final String DIFFERENCE = "delta.safetensors";

    /**
     * Δθ before stage 1, or as it came.
     *
     * @param aligned the other model of a difference, if it is one
     */
    static DeltaSource of(
            SearchSettings.Delta delta, Checkpoint base, Optional<Checkpoint> aligned, long seed) {
        List<LinearLayer> layers = base.layers();
        if (delta instanceof SearchSettings.Delta.Lora lora) {
            LoraLayout layout = LoraLayout.of(layers, lora.config());
            return new DeltaSource(layers, Optional.of(layout), layout.initial(seed));
        } else if (delta instanceof SearchSettings.Delta.Adapter adapter) {
            PeftAdapter read = PeftAdapter.read(Path.of(adapter.directory()), layers);
            return new DeltaSource(layers, Optional.of(read.layout()), read.values());
        } else if (aligned.isPresent()) {
            float[] values = FullDifference.between(base, aligned.get());
            return new DeltaSource(layers, Optional.empty(), values);
        }
        int size = Math.toIntExact(FullDifference.size(layers));
        return new DeltaSource(layers, Optional.empty(), new float[size]);
    }

    /** The numbers that an earlier stage 1 of this run has kept. */
    DeltaSource kept(RunDirectory run) {
        float[] values =
                layout.isPresent()
                        ? PeftAdapter.read(run.adapter(), layers).values()
                        : FullDifference.read(run.path().resolve(DIFFERENCE), layers);
        return new DeltaSource(layers, layout, values);
    }

    /** Keeps Δθ in the run directory: LoRA as PEFT's adapter, a difference as safetensors. */
    static void keep(RunDirectory run, DeltaSource source, float[] values, String baseModel) {
        if (source.layout.isPresent()) {
            PeftAdapter.write(run.adapter(), source.layout.get(), values, baseModel);
        } else {
            FullDifference.write(run.path().resolve(DIFFERENCE), source.layers, values);
        }
    }

    /** Its numbers on the network's device. */
    Change onto(Network network) {
        if (layout.isEmpty()) {
            return new Change.Difference(network.vector(initial));
        }
        LoraLayout l = layout.get();
        return new Change.Factors(
                network.vector(initial),
                IntStream.range(0, layers.size()).mapToObj(l::rank).toList(),
                IntStream.range(0, layers.size()).mapToObj(l::scale).toList());
    }

    /** The layers that have a Δθᵢ, and so a place in the ranking. */
    List<LinearLayer> changed() {
        return layers.stream()
                .filter(l -> layout.isEmpty() || layout.get().rank(l.index()) > 0)
                .toList();
    }

    /** Fails if Δθᵢ of a changed layer is zero: its mask would have nothing to say. */
    void requireChange(float[] values) {
        for (LinearLayer layer : changed()) {
            int i = layer.index();
            boolean zero =
                    layout.map(
                                    l ->
                                            zero(values, l.offsetA(i), l.offsetB(i))
                                                    || zero(values, l.offsetB(i), end(l, i)))
                            .orElseGet(() -> zero(values, begin(i), begin(i + 1)));
            if (zero) {
                throw new IllegalStateException(
                        "change of "
                                + layer.name()
                                + " must be other than zero, but is: zero; without a change a"
                                + " layer cannot be ranked");
            }
        }
    }

    private int end(LoraLayout layout, int i) {
        return layout.offsetB(i) + layout.rank(i) * layers.get(i).outputs();
    }

    private int begin(int i) {
        return (int) FullDifference.size(layers.subList(0, i));
    }

    private static boolean zero(float[] values, int from, int to) {
        for (int i = from; i < to; i++) {
            if (values[i] != 0) {
                return false;
            }
        }
        return true;
    }
}

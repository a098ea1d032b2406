package dev.ila.search;

import dev.ila.delta.FullDifference;
import dev.ila.delta.LoraConfig;
import dev.ila.delta.LoraLayout;
import dev.ila.delta.PeftAdapter;
import dev.ila.delta.WholeDifference;
import dev.ila.model.Checkpoint;
import dev.ila.model.LanguageModel;
import dev.ila.model.LinearLayer;
import dev.ila.model.Safetensors;
import dev.ila.run.Require;
import dev.ila.run.RunDirectory;
import dev.ila.torch.Change;
import dev.ila.torch.Dimensions;
import dev.ila.torch.Network;
import dev.ila.train.History;
import dev.ila.train.State;
import dev.ila.train.Trainable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Δθ in Java's memory (paper §2): LoRA's factors or full differences. It never changes; training
 * gives another one.
 *
 * <p>Not a record: it owns an array.
 */
public final class DeltaTheta {
    /** Full differences are kept under this name in the run directory. */
    static final String DIFFERENCE = "delta.safetensors";

    private final Form form;
    private final float[] values;

    DeltaTheta(Form form, float... values) {
        this.form = form;
        this.values = values;
    }

    private static DeltaTheta of(PeftAdapter read) {
        return of(read.layout(), read.values());
    }

    /**
     * LoRA's factors as they are given.
     *
     * @param values for each layer that has any A [rank, inputs] then B [outputs, rank]; copied
     */
    public static DeltaTheta of(LoraLayout layout, float... values) {
        Require.that(
                values.length == layout.size(),
                values.length,
                "numbers of LoRA factors",
                "" + layout.size());
        return new DeltaTheta(new Form.Factors(layout), values.clone());
    }

    /**
     * Δθ before stage 1, or as it came.
     *
     * @param aligned the other model of a difference, if it is one
     */
    static DeltaTheta of(Delta delta, Checkpoint base, Optional<Checkpoint> aligned, long seed) {
        List<LinearLayer> layers = base.layers();
        if (delta instanceof Delta.Lora lora) {
            LoraLayout layout = LoraLayout.of(layers, lora.config());
            return new DeltaTheta(new Form.Factors(layout), layout.initial(seed));
        } else if (delta instanceof Delta.Resampled some) {
            return of(some.lora(), base, aligned, seed);
        } else if (delta instanceof Delta.AdaLora ada) {
            SvdLayout svd = SvdLayout.of(layers, ada);
            return new DeltaTheta(new Form.Svd(svd), svd.initial(seed));
        } else if (delta instanceof Delta.Lisa) {
            return new DeltaTheta(new Form.Whole(WholeDifference.of(base.architecture(), layers)));
        } else if (delta instanceof Delta.Adapter adapter) {
            return of(PeftAdapter.read(Path.of(adapter.directory()), layers));
        } else if (aligned.isPresent()) {
            return new DeltaTheta(
                    new Form.Difference(layers, layers),
                    FullDifference.between(base, aligned.get()));
        }
        List<LinearLayer> differing = LoraConfig.named(layers, ((Delta.Full) delta).targets());
        int size = Math.toIntExact(FullDifference.size(differing));
        return new DeltaTheta(new Form.Difference(layers, differing), new float[size]);
    }

    /**
     * What stage 1 of a run has learned, or the adapter that it took.
     *
     * @param run its directory, or that of a PEFT adapter
     * @param layers of its model
     * @throws IllegalArgumentException if it has none
     */
    public static DeltaTheta read(Path run, List<LinearLayer> layers) {
        Path difference = run.resolve(DIFFERENCE);
        boolean itself = Files.exists(run.resolve("adapter_config.json"));
        Path adapter = itself ? run : run.resolve("adapter");
        if (!Files.exists(difference)) {
            Require.that(Files.exists(adapter), run, "run", "one that has learned a change");
            return of(PeftAdapter.read(adapter, layers));
        }
        Safetensors file = Safetensors.open(difference);
        if (WholeDifference.in(file)) {
            WholeDifference whole = WholeDifference.of(file, layers);
            return new DeltaTheta(new Form.Whole(whole), whole.read(file));
        }
        Set<String> there = file.tensors().keySet();
        List<LinearLayer> differing =
                layers.stream().filter(l -> there.contains(l.name())).toList();
        return new DeltaTheta(
                new Form.Difference(layers, differing), FullDifference.read(difference, differing));
    }

    /** The same layers with what was learned; of AdaLoRA's those that are left, as LoRA. */
    DeltaTheta learned(float... other) {
        return form.learned(other);
    }

    /** Its training in stage 1, on a copy of its numbers; to be closed. */
    Trainable learning(Network network, SearchSettings settings) {
        return form.learning(network, values, settings);
    }

    /** Stage 1 before its first step. */
    State begin(SearchSettings settings, Checkpoint base) {
        Dimensions d = LanguageModel.dimensions(base.architecture());
        return State.start(1, form.start(values, settings, d), new History(List.of()));
    }

    /**
     * Keeps it in the run directory: LoRA as PEFT's adapter, what AdaLoRA has left as PEFT's
     * adapter of either kind, a difference as safetensors.
     */
    void keep(RunDirectory run, SearchSettings settings) {
        form.keep(run, values, settings);
    }

    /** A copy of its numbers on the network's device; its values are to be closed. */
    public Change onto(Network network) {
        return form.onto(network, values);
    }

    /** The layers that have a Δθᵢ, and so a place in the ranking. */
    public List<LinearLayer> changed() {
        return form.changed(values);
    }

    /**
     * How many numbers it has: those of A and B, or of the full matrices; of LISA none before it is
     * trained.
     */
    public int size() {
        return values.length;
    }

    /** A copy of the numbers: for each layer A then B, or the full matrix, row by row. */
    public float[] values() {
        return values.clone();
    }

    /**
     * Δθᵢ of one layer, multiplied out: α/r · B·A, or the difference itself.
     *
     * @return [outputs][inputs]; zeros where the layer has no Δθᵢ
     */
    public double[][] matrix(LinearLayer layer) {
        double[][] out = new double[layer.outputs()][layer.inputs()];
        if (changed().contains(layer)) {
            form.add(layer, values, out);
        }
        return out;
    }

    /**
     * What changes outside the linear layers, by tensor without {@code .weight}; empty but for
     * LISA.
     */
    public Map<String, float[]> elsewhere() {
        return form.elsewhere(values);
    }

    /** Fails if Δθᵢ of a changed layer is zero: its mask would have nothing to say. */
    void requireChange() {
        for (LinearLayer layer : changed()) {
            if (form.isZero(layer, values)) {
                throw new IllegalStateException(
                        "change of "
                                + layer.name()
                                + " must be other than zero, but is: zero; without a change a"
                                + " layer cannot be ranked");
            }
        }
    }
}

package dev.ila.search;

import dev.ila.delta.FullDifference;
import dev.ila.delta.LoraConfig;
import dev.ila.delta.LoraLayout;
import dev.ila.delta.PeftAdapter;
import dev.ila.model.Checkpoint;
import dev.ila.model.LinearLayer;
import dev.ila.model.Safetensors;
import dev.ila.run.Require;
import dev.ila.run.RunDirectory;
import dev.ila.torch.Change;
import dev.ila.torch.Network;
import dev.ila.train.History;
import dev.ila.train.Resampled;
import dev.ila.train.State;
import dev.ila.train.Trainable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Δθ in Java's memory (paper §2): LoRA's factors or full differences. It never changes; training
 * gives another one.
 *
 * <p>Not a record: it owns an array.
 */
public final class DeltaTheta {
    /** Full differences are kept under this name in the run directory. */
    private static final String DIFFERENCE = "delta.safetensors";

    private final List<LinearLayer> layers;

    /** Those of a full difference; with LoRA the layout knows. */
    private final List<LinearLayer> differing;

    private final Optional<LoraLayout> layout;

    /** While AdaLoRA learns: then every λ stands after the factors. */
    private final Optional<SvdLayout> svd;

    private final float[] values;

    private DeltaTheta(
            List<LinearLayer> layers,
            List<LinearLayer> differing,
            Optional<LoraLayout> layout,
            Optional<SvdLayout> svd,
            float[] values) {
        this.layers = layers;
        this.differing = differing;
        this.layout = layout;
        this.svd = svd;
        this.values = values;
    }

    private static DeltaTheta of(LoraLayout layout, float[] values) {
        return new DeltaTheta(
                layout.layers(), List.of(), Optional.of(layout), Optional.empty(), values);
    }

    private static DeltaTheta of(
            List<LinearLayer> layers, List<LinearLayer> differing, float[] values) {
        return new DeltaTheta(layers, differing, Optional.empty(), Optional.empty(), values);
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
            return of(layout, layout.initial(seed));
        } else if (delta instanceof Delta.Resampled some) {
            return of(some.lora(), base, aligned, seed);
        } else if (delta instanceof Delta.AdaLora ada) {
            SvdLayout svd = SvdLayout.of(layers, ada);
            float[] values = svd.initial(seed);
            return new DeltaTheta(
                    layers, List.of(), Optional.of(svd.layout()), Optional.of(svd), values);
        } else if (delta instanceof Delta.Adapter adapter) {
            PeftAdapter read = PeftAdapter.read(Path.of(adapter.directory()), layers);
            return of(read.layout(), read.values());
        } else if (aligned.isPresent()) {
            return of(layers, layers, FullDifference.between(base, aligned.get()));
        }
        List<String> targets = ((Delta.Full) delta).targets();
        List<LinearLayer> differing = LoraConfig.named(layers, targets);
        int size = Math.toIntExact(FullDifference.size(differing));
        return of(layers, differing, new float[size]);
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
        if (Files.exists(difference)) {
            Set<String> there = Safetensors.open(difference).tensors().keySet();
            List<LinearLayer> differing =
                    layers.stream().filter(l -> there.contains(l.name())).toList();
            return of(layers, differing, FullDifference.read(difference, differing));
        }
        Require.that(Files.exists(adapter), run, "run", "one that has learned a change");
        PeftAdapter read = PeftAdapter.read(adapter, layers);
        return of(read.layout(), read.values());
    }

    /** The same layers with what was learned; of AdaLoRA's those that are left, as LoRA. */
    DeltaTheta learned(float[] other) {
        if (svd.isPresent()) {
            LoraLayout left = svd.get().left(other);
            return of(left, svd.get().lora(left, other));
        }
        return new DeltaTheta(layers, differing, layout, svd, other);
    }

    /** Its training in stage 1, on a copy of its numbers; to be closed. */
    Trainable learning(Network network, SearchSettings settings) {
        if (settings.delta() instanceof Delta.Resampled some) {
            return new Resampled(
                    network,
                    onto(network),
                    Ila.ones(layers.size()),
                    new Resampled.Settings(some.layers(), some.every(), settings.seed()));
        }
        return svd.isPresent()
                ? svd.get().learning(network, values, settings.stage1().schedule().steps())
                : Ila.stage1(network, onto(network));
    }

    /** Stage 1 before its first step. */
    State begin() {
        return State.start(1, values, new History(List.of()));
    }

    /** What an earlier stage 1 of this run has kept. */
    DeltaTheta kept(RunDirectory run) {
        if (layout.isPresent()) {
            PeftAdapter read = PeftAdapter.read(run.adapter(), layers);
            return of(read.layout(), read.values());
        }
        return of(
                layers, differing, FullDifference.read(run.path().resolve(DIFFERENCE), differing));
    }

    /**
     * Keeps it in the run directory: LoRA as PEFT's adapter, what AdaLoRA has left as PEFT's
     * adapter of either kind, a difference as safetensors.
     */
    void keep(RunDirectory run, SearchSettings settings) {
        if (layout.isEmpty()) {
            FullDifference.write(run.path().resolve(DIFFERENCE), differing, values);
            return;
        }
        PeftAdapter.write(run.adapter(), layout.get(), values, settings.model());
        if (settings.delta() instanceof Delta.AdaLora ada) {
            PeftAdapter.writeAdaLora(
                    run.adaLora(),
                    layout.get(),
                    values,
                    SvdLayout.of(layers, ada).schedule(settings.stage1().schedule().steps()),
                    settings.model());
        }
    }

    /** A copy of its numbers on the network's device; its values are to be closed. */
    public Change onto(Network network) {
        if (layout.isEmpty()) {
            Set<Integer> frozen = new TreeSet<>();
            layers.forEach(l -> frozen.add(l.index()));
            differing.forEach(l -> frozen.remove(l.index()));
            return new Change.Difference(network.vector(values), frozen);
        }
        LoraLayout l = layout.get();
        return new Change.Factors(
                network.vector(svd.map(s -> s.composed(values)).orElse(values)),
                IntStream.range(0, layers.size()).mapToObj(l::rank).toList(),
                IntStream.range(0, layers.size()).mapToObj(l::scale).toList());
    }

    /** The layers that have a Δθᵢ, and so a place in the ranking. */
    public List<LinearLayer> changed() {
        return layout.map(y -> layers.stream().filter(l -> y.rank(l.index()) > 0).toList())
                .orElse(differing);
    }

    /** How many numbers are trained: those of A and B, or of the full matrices. */
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
        int i = layer.index();
        if (!changed().contains(layer)) {
            return out;
        }
        for (int row = 0; row < layer.outputs(); row++) {
            if (layout.isEmpty()) {
                int from = begin(i) + row * layer.inputs();
                for (int column = 0; column < layer.inputs(); column++) {
                    out[row][column] = values[from + column];
                }
            } else {
                product(layout.get(), i, row, out[row]);
            }
        }
        return out;
    }

    private void product(LoraLayout l, int i, int row, double[] out) {
        for (int k = 0; k < l.rank(i); k++) {
            double b = l.scale(i) * values[l.offsetB(i) + row * l.rank(i) + k];
            int a = l.offsetA(i) + k * out.length;
            for (int column = 0; column < out.length; column++) {
                out[column] += b * values[a + column];
            }
        }
    }

    /** Fails if Δθᵢ of a changed layer is zero: its mask would have nothing to say. */
    void requireChange() {
        for (LinearLayer layer : changed()) {
            int i = layer.index();
            boolean zero =
                    layout.map(
                                    l ->
                                            zero(l.offsetA(i), l.offsetB(i))
                                                    || zero(l.offsetB(i), end(l, i)))
                            .orElseGet(() -> zero(begin(i), begin(i + 1)));
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
        return (int) FullDifference.size(differing.stream().filter(l -> l.index() < i).toList());
    }

    private boolean zero(int from, int to) {
        for (int i = from; i < to; i++) {
            if (values[i] != 0) {
                return false;
            }
        }
        return true;
    }
}

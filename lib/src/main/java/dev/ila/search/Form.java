package dev.ila.search;

import dev.ila.delta.FullDifference;
import dev.ila.delta.LoraLayout;
import dev.ila.delta.PeftAdapter;
import dev.ila.delta.WholeDifference;
import dev.ila.model.LinearLayer;
import dev.ila.run.RunDirectory;
import dev.ila.torch.Change;
import dev.ila.torch.Dimensions;
import dev.ila.torch.Network;
import dev.ila.train.Lisa;
import dev.ila.train.Resampled;
import dev.ila.train.Trainable;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** How Δθ's numbers are laid out, and what is done with them. */
sealed interface Form {
    /** All linear layers of the model. */
    List<LinearLayer> layers();

    /** Those that have a Δθᵢ. */
    List<LinearLayer> changed(float... values);

    /** A copy on the network's device. */
    Change onto(Network network, float... values);

    /** Adds a changed layer's Δθᵢ, multiplied out, to [outputs][inputs]. */
    void add(LinearLayer layer, float[] values, double[][] out);

    /** Whether a changed layer's Δθᵢ is zero. */
    boolean isZero(LinearLayer layer, float... values);

    /** Keeps it in the run directory. */
    void keep(RunDirectory run, float[] values, SearchSettings settings);

    /** What changes outside the linear layers, by tensor without {@code .weight}. */
    default Map<String, float[]> elsewhere(float... values) {
        return Map.of();
    }

    /** Its training in stage 1, on a copy of its numbers; to be closed. */
    default Trainable learning(Network network, float[] values, SearchSettings settings) {
        return Ila.stage1(network, onto(network, values));
    }

    /** What is trained, before the first step. */
    default float[] start(float[] values, SearchSettings settings, Dimensions d) {
        return values;
    }

    /** What was learned, of as many numbers as {@link Trainable#learned} gives. */
    default DeltaTheta learned(float... values) {
        return new DeltaTheta(this, values);
    }

    private static boolean zero(float[] values, int from, int to) {
        return IntStream.range(from, to).allMatch(i -> values[i] == 0);
    }

    /** LoRA: for each layer A, then B. */
    record Factors(LoraLayout layout) implements Form {
        @Override
        public List<LinearLayer> layers() {
            return layout.layers();
        }

        @Override
        public List<LinearLayer> changed(float... values) {
            return layers().stream().filter(l -> layout.rank(l.index()) > 0).toList();
        }

        @Override
        public Change onto(Network network, float... values) {
            return new Change.Factors(
                    network.vector(values),
                    IntStream.range(0, layers().size()).mapToObj(layout::rank).toList(),
                    IntStream.range(0, layers().size()).mapToObj(layout::scale).toList());
        }

        @Override
        public void add(LinearLayer layer, float[] values, double[][] out) {
            for (int row = 0; row < out.length; row++) {
                add(layer.index(), row, values, out[row]);
            }
        }

        private void add(int i, int row, float[] values, double... out) {
            for (int k = 0; k < layout.rank(i); k++) {
                double b = layout.scale(i) * values[layout.offsetB(i) + row * layout.rank(i) + k];
                int a = layout.offsetA(i) + k * out.length;
                for (int column = 0; column < out.length; column++) {
                    out[column] += b * values[a + column];
                }
            }
        }

        @Override
        public boolean isZero(LinearLayer layer, float... values) {
            int a = layout.offsetA(layer.index());
            int b = layout.offsetB(layer.index());
            int end = b + layout.rank(layer.index()) * layer.outputs();
            return zero(values, a, b) || zero(values, b, end);
        }

        /** As PEFT's adapter; what AdaLoRA has left as PEFT's adapter of either kind. */
        @Override
        public void keep(RunDirectory run, float[] values, SearchSettings settings) {
            PeftAdapter.write(run.adapter(), layout, values, settings.model());
            if (settings.delta() instanceof Delta.AdaLora ada) {
                PeftAdapter.writeAdaLora(
                        run.adaLora(),
                        layout,
                        values,
                        SvdLayout.of(layers(), ada).schedule(settings.stage1().schedule().steps()),
                        settings.model());
            }
        }

        @Override
        public Trainable learning(Network network, float[] values, SearchSettings settings) {
            Change change = onto(network, values);
            if (settings.delta() instanceof Delta.Resampled some) {
                return new Resampled(
                        network,
                        change,
                        Ila.ones(layers().size()),
                        new Resampled.Settings(some.layers(), some.every(), settings.seed()));
            }
            return Ila.stage1(network, change);
        }
    }

    /** AdaLoRA while it learns: LoRA's numbers, and after them every λ. */
    record Svd(SvdLayout svd) implements Form {
        private Factors factors() {
            return new Factors(svd.layout());
        }

        @Override
        public List<LinearLayer> layers() {
            return svd.layout().layers();
        }

        @Override
        public List<LinearLayer> changed(float... values) {
            return factors().changed();
        }

        @Override
        public Change onto(Network network, float... values) {
            return factors().onto(network, svd.composed(values));
        }

        @Override
        public void add(LinearLayer layer, float[] values, double[][] out) {
            factors().add(layer, svd.composed(values), out);
        }

        @Override
        public boolean isZero(LinearLayer layer, float... values) {
            return factors().isZero(layer, svd.composed(values));
        }

        @Override
        public void keep(RunDirectory run, float[] values, SearchSettings settings) {
            learned(values).keep(run, settings);
        }

        @Override
        public Trainable learning(Network network, float[] values, SearchSettings settings) {
            return svd.learning(network, values, settings.stage1().schedule().steps());
        }

        /** Of the layers that are left, as LoRA. */
        @Override
        public DeltaTheta learned(float... values) {
            LoraLayout left = svd.left(values);
            return new DeltaTheta(new Factors(left), svd.lora(left, values));
        }
    }

    /** A full difference of some layers: for each its matrix. */
    record Difference(List<LinearLayer> layers, List<LinearLayer> differing) implements Form {
        @Override
        public List<LinearLayer> changed(float... values) {
            return differing;
        }

        private int begin(LinearLayer layer) {
            return (int)
                    FullDifference.size(
                            differing.stream().filter(l -> l.index() < layer.index()).toList());
        }

        @Override
        public Change onto(Network network, float... values) {
            Set<Integer> frozen = new TreeSet<>();
            layers.forEach(l -> frozen.add(l.index()));
            differing.forEach(l -> frozen.remove(l.index()));
            return new Change.Difference(network.vector(values), frozen);
        }

        @Override
        public void add(LinearLayer layer, float[] values, double[][] out) {
            add(values, begin(layer), out);
        }

        private static void add(float[] values, int from, double[]... out) {
            int at = from;
            for (double[] row : out) {
                for (int column = 0; column < row.length; column++) {
                    row[column] += values[at++];
                }
            }
        }

        @Override
        public boolean isZero(LinearLayer layer, float... values) {
            int from = begin(layer);
            return zero(values, from, from + (int) layer.parameters());
        }

        @Override
        public void keep(RunDirectory run, float[] values, SearchSettings settings) {
            Path file = run.path().resolve(DeltaTheta.DIFFERENCE);
            FullDifference.write(file, differing, values);
        }
    }

    /** A difference of every weight, as LISA learns it. */
    record Whole(WholeDifference whole) implements Form {
        @Override
        public List<LinearLayer> layers() {
            return whole.layers();
        }

        /** Of what has been learned those of the blocks that were drawn. */
        @Override
        public List<LinearLayer> changed(float... values) {
            return values.length == 0
                    ? layers()
                    : layers().stream().filter(l -> !isZero(l, values)).toList();
        }

        @Override
        public Change onto(Network network, float... values) {
            return new Change.Whole(network.vector(values), Set.of());
        }

        @Override
        public void add(LinearLayer layer, float[] values, double[][] out) {
            Difference.add(values, whole.offset(layer), out);
        }

        @Override
        public boolean isZero(LinearLayer layer, float... values) {
            int from = whole.offset(layer);
            return zero(values, from, from + (int) layer.parameters());
        }

        @Override
        public void keep(RunDirectory run, float[] values, SearchSettings settings) {
            whole.write(run.path().resolve(DeltaTheta.DIFFERENCE), values);
        }

        @Override
        public Map<String, float[]> elsewhere(float... values) {
            Map<String, float[]> out = new TreeMap<>();
            for (WholeDifference.Part p : whole.elsewhere()) {
                int end = p.offset() + p.count();
                out.put(p.name(), Arrays.copyOfRange(values, p.offset(), end));
            }
            return out;
        }

        @Override
        public Trainable learning(Network network, float[] values, SearchSettings settings) {
            return new Lisa(network, lisa(settings));
        }

        /** Zeros of what is trained at a time. */
        @Override
        public float[] start(float[] values, SearchSettings settings, Dimensions d) {
            return new float[Math.toIntExact(lisa(settings).numbers(d))];
        }

        private static Lisa.Settings lisa(SearchSettings settings) {
            return ((Delta.Lisa) settings.delta()).settings(settings.seed());
        }
    }
}

package dev.ila.model;

import dev.ila.data.Batch;
import dev.ila.data.Example;
import dev.ila.delta.LoraLayout;
import dev.ila.delta.PeftAdapter;
import dev.ila.torch.Change;
import dev.ila.torch.Compute;
import dev.ila.torch.DeviceVector;
import dev.ila.torch.Network;
import dev.ila.torch.Network.Want;
import dev.ila.torch.Precision;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One of the committed checkpoints with adapter that transformers and PEFT computed with; {@code
 * tests/fixtures/README.md} lists their tensors. What we compute with it has the same names.
 */
final class Golden {
    private static final int THREADS = 2;

    private final Path directory;
    private final Safetensors theirs;

    private Golden(Path directory) {
        this.directory = directory;
        this.theirs = Safetensors.open(directory.resolve("golden.safetensors"));
    }

    static Golden of(String name) {
        try {
            return new Golden(Path.of(Golden.class.getResource("/golden/" + name).toURI()));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A case in another place, with its configuration changed. */
    static Golden in(Path directory) {
        return new Golden(directory);
    }

    static Compute compute(Precision precision, boolean recompute) {
        return new Compute("cpu", precision, THREADS, recompute);
    }

    Path directory() {
        return directory;
    }

    Safetensors theirs() {
        return theirs;
    }

    LanguageModel load(Compute compute) {
        return LanguageModel.load(Checkpoint.open(directory), compute);
    }

    PeftAdapter adapter(LanguageModel model) {
        return PeftAdapter.read(directory.resolve("adapter"), model.layers());
    }

    Change.Factors factors(LanguageModel model) {
        PeftAdapter adapter = adapter(model);
        List<Integer> ranks = new ArrayList<>();
        List<Double> scales = new ArrayList<>();
        for (int i = 0; i < model.layers().size(); i++) {
            ranks.add(adapter.layout().rank(i));
            scales.add(adapter.layout().scale(i));
        }
        return new Change.Factors(model.network().vector(adapter.values()), ranks, scales);
    }

    Change.Difference difference(LanguageModel model) {
        int size = model.layers().stream().mapToInt(l -> l.outputs() * l.inputs()).sum();
        float[] values = new float[size];
        int at = 0;
        for (LinearLayer layer : model.layers()) {
            float[] delta = theirs.floats("delta." + layer.name());
            System.arraycopy(delta, 0, values, at, delta.length);
            at += delta.length;
        }
        return new Change.Difference(model.network().vector(values));
    }

    float[] gamma() {
        return theirs.floats("gamma");
    }

    long[] ids() {
        return theirs.longs("ids");
    }

    int rows() {
        return theirs.longs("lengths").length;
    }

    /** The first batch, and seven more of which the fixture has the error in bf16. */
    List<Batch> batches() {
        List<Batch> batches = new ArrayList<>();
        batches.add(Batch.of(examples(ids(), theirs.longs("supervised"))));
        long[] ids = theirs.longs("more.ids");
        long[] supervised = theirs.longs("more.supervised");
        int size = ids().length;
        for (int from = 0; from < ids.length; from += size) {
            long[] s = Arrays.copyOfRange(supervised, from, from + size);
            batches.add(Batch.of(examples(Arrays.copyOfRange(ids, from, from + size), s)));
        }
        return batches;
    }

    /** The rows without their padding, which {@link Batch} adds again. */
    List<Example> examples(long[] ids, long[] supervised) {
        long[] lengths = theirs.longs("lengths");
        int width = ids.length / lengths.length;
        List<Example> examples = new ArrayList<>();
        for (int row = 0; row < lengths.length; row++) {
            int[] real = new int[(int) lengths[row]];
            boolean[] learned = new boolean[real.length];
            for (int t = 0; t < real.length; t++) {
                real[t] = (int) ids[row * width + t];
                learned[t] = supervised[row * width + t] == 1;
            }
            examples.add(new Example(real, learned));
        }
        return examples;
    }

    /** What the fixture says of the first batch, and further ones after it, in bf16. */
    float[] bf16(String tensor) {
        float[] first = theirs.floats("bf16." + tensor);
        String more = "more.bf16." + tensor;
        return theirs.tensors().containsKey(more) ? join(first, theirs.floats(more)) : first;
    }

    /** Logits and the gradient by the full difference, of the first batch. */
    Map<String, float[]> outputs(LanguageModel model) {
        Map<String, float[]> out = new LinkedHashMap<>();
        Network n = model.network();
        int layers = model.layers().size();
        Change.Factors factors = factors(model);
        out.put("logits_base", logits(n, factors, new float[layers]));
        out.put("logits_adapter", logits(n, factors, ones(layers)));
        out.put("logits_masked", logits(n, factors, gamma()));
        Batch batch = batches().get(0);
        Change.Difference difference = difference(model);
        DeviceVector gradient = n.vector(new float[difference.values().size()]);
        double weight = 1.0 / batch.labels().length;
        n.step(batch, difference, gamma(), Want.CHANGE_GRADIENT, gradient, weight);
        float[] g = gradient.values();
        int at = 0;
        for (LinearLayer l : model.layers()) {
            int end = at + l.outputs() * l.inputs();
            out.put("grad_delta." + l.name(), Arrays.copyOfRange(g, at, end));
            at = end;
        }
        return out;
    }

    /** Loss and gradients by factors and mask, of a batch. */
    Map<String, float[]> gradients(LanguageModel model, Batch batch) {
        Map<String, float[]> out = new LinkedHashMap<>();
        Network n = model.network();
        double weight = 1.0 / batch.labels().length;
        Change.Factors factors = factors(model);
        DeviceVector gradient = n.vector(new float[factors.values().size()]);
        float[] loss = n.step(batch, factors, gamma(), Want.CHANGE_GRADIENT, gradient, weight);
        out.put("loss_masked", new float[] {(float) (sum(loss) * weight)});
        LoraLayout layout = adapter(model).layout();
        float[] g = gradient.values();
        for (LinearLayer l : model.layers()) {
            int a = layout.offsetA(l.index());
            int b = layout.offsetB(l.index());
            int end = b + layout.rank(l.index()) * l.outputs();
            out.put("grad." + l.name() + ".lora_A", Arrays.copyOfRange(g, a, b));
            out.put("grad." + l.name() + ".lora_B", Arrays.copyOfRange(g, b, end));
        }
        DeviceVector byGamma = n.vector(new float[model.layers().size()]);
        n.step(batch, factors, gamma(), Want.MASK_GRADIENT, byGamma, weight);
        out.put("grad_gamma", byGamma.values());
        return out;
    }

    /** Both, the gradients of all batches one after the other. */
    Map<String, float[]> all(LanguageModel model) {
        Map<String, float[]> out = outputs(model);
        for (Batch batch : batches()) {
            gradients(model, batch).forEach((name, x) -> out.merge(name, x, Golden::join));
        }
        return out;
    }

    /** Logits [rows, length, vocabulary], zeros at padding. */
    float[] logits(Network n, Change change, float[] gamma) {
        long[] ids = ids();
        long[] lengths = theirs.longs("lengths");
        int width = ids.length / lengths.length;
        int vocabulary = n.dimensions().vocabulary();
        long[] all = new long[ids.length];
        Arrays.setAll(all, i -> i);
        float[] out = n.logits(ids, lengths.length, all, change, gamma);
        for (int row = 0; row < lengths.length; row++) {
            int from = (int) (row * width + lengths[row]) * vocabulary;
            Arrays.fill(out, from, (row + 1) * width * vocabulary, 0f);
        }
        return out;
    }

    private static float[] join(float[] a, float[] b) {
        float[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    static float[] ones(int n) {
        float[] x = new float[n];
        Arrays.fill(x, 1f);
        return x;
    }

    static double sum(float[] x) {
        double sum = 0;
        for (float v : x) {
            sum += v;
        }
        return sum;
    }

    /** ‖a − b‖ / ‖b‖. */
    static double distance(float[] a, float[] b) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < b.length; i++) {
            difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
            norm += (double) b[i] * b[i];
        }
        return Math.sqrt(difference / norm);
    }
}

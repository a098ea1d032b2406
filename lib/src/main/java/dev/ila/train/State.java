package dev.ila.train;

import dev.ila.model.Safetensors;
import dev.ila.model.TensorData;
import dev.ila.torch.AdamW;
import dev.ila.torch.DeviceVector;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Everything a training needs to go on from: what it learns, the optimizer's two running means, the
 * history, and the step. The rate and the batches of a step follow from its number and the seeds.
 *
 * <p>Not a record: it owns arrays.
 */
public final class State {
    private static final String MEANS = "means.";

    private final int stage;
    private final int step;
    private final float[] values;
    private final float[] mean;
    private final float[] square;
    private final List<float[]> means;
    private final History history;

    private State(
            int stage,
            int step,
            float[] values,
            float[] mean,
            float[] square,
            List<float[]> means,
            History history) {
        this.stage = stage;
        this.step = step;
        this.values = values;
        this.mean = mean;
        this.square = square;
        this.means = List.copyOf(means);
        this.history = history;
    }

    /** Before the first step of a stage. */
    public static State start(int stage, float[] values, History history) {
        int n = values.length;
        return new State(stage, 0, values.clone(), new float[n], new float[n], List.of(), history);
    }

    static State of(int stage, int step, Trainable what, AdamW adam, History history) {
        return new State(
                stage,
                step,
                what.values().values(),
                adam.mean().values(),
                adam.square().values(),
                what.means().stream().map(DeviceVector::values).toList(),
                history);
    }

    /** The stage it is in. */
    public int stage() {
        return stage;
    }

    /** Steps made in this stage. */
    public int step() {
        return step;
    }

    /** What happened until here, in earlier stages too. */
    public History history() {
        return history;
    }

    /** A copy of what is learnt. */
    public float[] values() {
        return values.clone();
    }

    void restore(Trainable to, AdamW adam) {
        to.values().set(values);
        for (int i = 0; i < means.size(); i++) {
            to.means().get(i).set(means.get(i));
        }
        adam.mean().set(mean);
        adam.square().set(square);
    }

    /** Writes it as one safetensors file, whole or not at all. */
    public void write(Path file) {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        tensors.put("values", TensorData.of(values, values.length));
        tensors.put("mean", TensorData.of(mean, mean.length));
        tensors.put("square", TensorData.of(square, square.length));
        for (int i = 0; i < means.size(); i++) {
            tensors.put(MEANS + i, TensorData.of(means.get(i), means.get(i).length));
        }
        Safetensors.write(
                file,
                tensors,
                Map.of(
                        "stage", Integer.toString(stage),
                        "step", Integer.toString(step),
                        "history", history.toCsv()));
    }

    /** Reads what {@link #write} wrote. */
    public static State read(Path file) {
        Safetensors in = Safetensors.open(file);
        Map<String, String> about = in.metadata();
        for (String key : List.of("stage", "step", "history")) {
            if (!about.containsKey(key)) {
                throw new IllegalArgumentException(
                        file + " must be a checkpoint of a run, but is without: " + key);
            }
        }
        return new State(
                Integer.parseInt(about.get("stage")),
                Integer.parseInt(about.get("step")),
                in.floats("values"),
                in.floats("mean"),
                in.floats("square"),
                IntStream.iterate(0, i -> in.tensors().containsKey(MEANS + i), i -> i + 1)
                        .mapToObj(i -> in.floats(MEANS + i))
                        .toList(),
                History.fromCsv(about.get("history")));
    }
}

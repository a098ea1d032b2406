package dev.ila.delta;

import dev.ila.model.FileCheck;
import dev.ila.model.LinearLayer;
import dev.ila.model.Safetensors;
import dev.ila.model.StoredTensor;
import dev.ila.model.TensorInfo;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An adapter in PEFT's format, LoRA's or AdaLoRA's, as LoRA: {@code adapter_config.json} and {@code
 * adapter_model.safetensors}.
 *
 * <p>Not a record: it owns an array. It is handed out without a copy.
 */
public final class PeftAdapter {
    static final String TENSORS = "adapter_model.safetensors";
    static final String PREFIX = "base_model.model.";
    private static final String A = ".lora_A.weight";
    private static final String B = ".lora_B.weight";

    private final LoraLayout layout;
    private final float[] values;

    private PeftAdapter(LoraLayout layout, float[] values) {
        this.layout = layout;
        this.values = values;
    }

    /** Ranks and scales. */
    public LoraLayout layout() {
        return layout;
    }

    /** The factors, as the layout says. */
    public float[] values() {
        return values;
    }

    /**
     * Reads an adapter for a model. Which layers it has, its tensors say; layers without any get
     * rank 0.
     *
     * @param directory as PEFT's {@code save_pretrained} leaves it; F32, F16 or BF16
     * @param layers the model's linear layers in order
     * @throws java.io.UncheckedIOException if a file is missing or broken, does not fit the layers,
     *     or asks for what is not plain LoRA on linear layers
     */
    public static PeftAdapter read(Path directory, List<LinearLayer> layers) {
        String remedy = "of a PEFT adapter";
        PeftConfig config =
                PeftConfig.read(FileCheck.exists(directory.resolve(PeftConfig.NAME), remedy));
        Path path = FileCheck.exists(directory.resolve(TENSORS), remedy);
        Safetensors file = Safetensors.open(path);
        if (config.adaptive()) {
            LoraLayout layout = AdaLoraAdapter.layout(file, config, layers);
            return new PeftAdapter(layout, AdaLoraAdapter.values(file, layout));
        }
        Set<String> names = file.tensors().keySet();
        checkNames(path, names, layers);
        LoraLayout layout =
                LoraLayout.of(
                        layers,
                        config.scaling(),
                        l ->
                                names.contains(nameA(l)) || names.contains(nameB(l))
                                        ? config.factors(l.name())
                                        : LoraLayout.Factors.NONE);
        float[] values = new float[layout.size()];
        for (LinearLayer l : layout.adapted()) {
            int i = l.index();
            int rank = layout.rank(i);
            read(file, nameA(l), values, layout.offsetA(i), rank, l.inputs());
            read(file, nameB(l), values, layout.offsetB(i), l.outputs(), rank);
        }
        return new PeftAdapter(layout, values);
    }

    /**
     * Writes an adapter that PEFT loads, whole or not at all when the directory is new.
     *
     * @param directory made if missing; files of the same names there are replaced
     * @param layout ranks and scales
     * @param values the factors, {@code layout.size()} of them
     * @param baseModel what PEFT is to load beneath it: a path or a name
     * @throws java.io.UncheckedIOException if it cannot be written
     */
    public static void write(Path directory, LoraLayout layout, float[] values, String baseModel) {
        PeftWriter.write(directory, layout, values, baseModel);
    }

    /**
     * Writes the same change as an AdaLoRA adapter that PEFT loads.
     *
     * @param directory as for {@link #write}
     * @param layout ranks, none above that of the beginning, and scales
     * @param values the factors, {@code layout.size()} of them; of each triplet the row of A and
     *     the column of B are written with length 1, and what they had as λ
     * @param schedule of the training that it came from
     * @param baseModel what PEFT is to load beneath it
     * @throws java.io.UncheckedIOException if it cannot be written
     */
    public static void writeAdaLora(
            Path directory,
            LoraLayout layout,
            float[] values,
            AdaLoraSchedule schedule,
            String baseModel) {
        AdaLoraWriter.write(directory, layout, values, schedule, baseModel);
    }

    private static void checkNames(Path path, Set<String> names, List<LinearLayer> layers) {
        Set<String> known = new HashSet<>();
        for (LinearLayer l : layers) {
            known.add(nameA(l));
            known.add(nameB(l));
        }
        FileCheck.that(!names.isEmpty(), "none", path, "tensors", "lora_A and lora_B");
        String rule = "lora_A or lora_B of a linear layer in the model's blocks";
        for (String name : names) {
            FileCheck.that(known.contains(name), name, path, "every tensor", rule);
        }
    }

    static String nameA(LinearLayer layer) {
        return PREFIX + layer.name() + A;
    }

    static String nameB(LinearLayer layer) {
        return PREFIX + layer.name() + B;
    }

    static void read(Safetensors file, String name, float[] to, int at, long rows, long columns) {
        TensorInfo info = file.tensor(name);
        List<Long> expected = List.of(rows, columns);
        FileCheck.that(
                info.shape().equals(expected),
                info.shape(),
                file.file(),
                "shape of tensor " + name,
                expected + " by " + PeftConfig.NAME + " and the model");
        int count = Math.toIntExact(info.count());
        new StoredTensor(file, info).read(0, count, to, at);
        Finite.check(file.file(), name, to, at, count);
    }
}

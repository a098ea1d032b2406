package dev.ila.delta;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import dev.ila.model.FileCheck;
import dev.ila.model.LinearLayer;
import dev.ila.model.Safetensors;
import dev.ila.model.TensorData;
import dev.ila.run.AtomicFiles;
import dev.ila.run.Require;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Writes the two files of a PEFT adapter. */
final class PeftWriter {
    private final LoraLayout layout;

    private PeftWriter(LoraLayout layout) {
        this.layout = layout;
    }

    static void write(Path directory, LoraLayout layout, float[] values, String baseModel) {
        requireSize(layout, values);
        PeftWriter writer = new PeftWriter(layout);
        files(directory, writer.tensors(values), writer.config(baseModel));
    }

    static void requireSize(LoraLayout layout, float... values) {
        Require.that(
                values.length == layout.size(),
                values.length,
                "number of values",
                layout.size() + ", the layout's");
    }

    /** Writes both files, whole or not at all when the directory is new. */
    static void files(Path directory, Map<String, TensorData> numbers, String json) {
        Path target = directory.toAbsolutePath().normalize();
        try {
            Files.createDirectories(target.getParent());
            // Both files are whole before either is seen under its own name.
            Path made = target.resolveSibling("." + target.getFileName() + ".part");
            Files.createDirectories(made);
            try {
                Path tensors = made.resolve(PeftAdapter.TENSORS);
                Path config = made.resolve(PeftConfig.NAME);
                Safetensors.write(tensors, numbers, Map.of("format", "pt"));
                AtomicFiles.write(config, json);
                Files.createDirectories(target);
                for (Path file : List.of(tensors, config)) {
                    Files.move(
                            file,
                            target.resolve(file.getFileName()),
                            StandardCopyOption.ATOMIC_MOVE);
                }
            } finally {
                Files.deleteIfExists(made.resolve(PeftAdapter.TENSORS));
                Files.deleteIfExists(made.resolve(PeftConfig.NAME));
                Files.deleteIfExists(made);
            }
        } catch (UncheckedIOException e) {
            throw FileCheck.unwritable(directory, e.getCause());
        } catch (IOException e) {
            throw FileCheck.unwritable(directory, e);
        }
    }

    private Map<String, TensorData> tensors(float[] values) {
        Map<String, TensorData> out = new LinkedHashMap<>();
        for (LinearLayer l : layout.adapted()) {
            int i = l.index();
            int rank = layout.rank(i);
            out.put(
                    PeftAdapter.nameA(l),
                    TensorData.slice(values, layout.offsetA(i), rank, l.inputs()));
            out.put(
                    PeftAdapter.nameB(l),
                    TensorData.slice(values, layout.offsetB(i), l.outputs(), rank));
        }
        return out;
    }

    private String config(String baseModel) {
        int rank = most(l -> layout.rank(l.index()));
        double alpha = most(l -> layout.alpha(l.index()));
        JsonObject ranks = new JsonObject();
        JsonObject alphas = new JsonObject();
        JsonObject json = new JsonObject();
        for (LinearLayer l : layout.adapted()) {
            if (layout.rank(l.index()) != rank) {
                ranks.addProperty(l.name(), layout.rank(l.index()));
            }
            if (layout.alpha(l.index()) != alpha) {
                alphas.addProperty(l.name(), number(layout.alpha(l.index())));
            }
        }
        json.add("alpha_pattern", alphas);
        json.addProperty("r", rank);
        json.add("rank_pattern", ranks);
        json.addProperty("use_dora", false);
        json.addProperty("use_rslora", layout.scaling() == LoraScaling.ALPHA_OVER_ROOT_RANK);
        return config(json, "LORA", layout, alpha, baseModel);
    }

    /** A whole configuration: these fields of a kind's own, and what all kinds have. */
    static String config(
            JsonObject own, String type, LoraLayout layout, double alpha, String baseModel) {
        JsonObject json = new JsonObject();
        json.addProperty("base_model_name_or_path", baseModel);
        json.addProperty("bias", "none");
        json.addProperty("fan_in_fan_out", false);
        json.addProperty("inference_mode", true);
        json.addProperty("init_lora_weights", true);
        json.addProperty("lora_alpha", number(alpha));
        json.addProperty("lora_dropout", 0.0);
        json.add("modules_to_save", JsonNull.INSTANCE);
        json.addProperty("peft_type", type);
        json.add("target_modules", targets(layout));
        json.addProperty("task_type", "CAUSAL_LM");
        own.entrySet().forEach(e -> json.add(e.getKey(), e.getValue()));
        return new GsonBuilder().setPrettyPrinting().serializeNulls().create().toJson(json) + "\n";
    }

    /** The value that most layers have, so that patterns name the fewest. */
    private <T> T most(Function<LinearLayer, T> value) {
        Map<T, Long> counts =
                layout.adapted().stream()
                        .collect(
                                Collectors.groupingBy(
                                        value, LinkedHashMap::new, Collectors.counting()));
        return counts.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElseThrow();
    }

    /** A projection where all layers of that kind have factors, else the layers' own names. */
    private static JsonArray targets(LoraLayout layout) {
        TreeSet<String> names = new TreeSet<>();
        for (LinearLayer l : layout.adapted()) {
            boolean all =
                    layout.layers().stream()
                            .filter(o -> o.projection().equals(l.projection()))
                            .allMatch(o -> layout.rank(o.index()) > 0);
            names.add(all ? l.projection() : l.name());
        }
        JsonArray out = new JsonArray();
        names.forEach(out::add);
        return out;
    }

    /** 16 rather than 16.0, and every other number exactly. */
    private static Number number(double value) {
        return value == Math.rint(value) && value < 1e15
                ? BigDecimal.valueOf((long) value)
                : Double.valueOf(value);
    }
}

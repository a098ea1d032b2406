package dev.ila.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import dev.ila.data.Batch;
import dev.ila.data.Example;
import dev.ila.delta.PeftAdapter;
import dev.ila.model.LanguageModel;
import dev.ila.model.LinearLayer;
import dev.ila.model.Safetensors;
import dev.ila.model.TensorData;
import dev.ila.torch.AdamW;
import dev.ila.torch.Change;
import dev.ila.train.AdaLora;
import dev.ila.train.Fixture;
import dev.ila.train.History;
import dev.ila.train.Schedule;
import dev.ila.train.State;
import dev.ila.train.Trainable;
import dev.ila.train.Trainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** AdaLoRA beside PEFT's: the same training, and adapters in both directions. */
@Tag("python")
class AdaLoraPythonTest {
    private static final int STEPS = 14;
    private static final double RATE = 5e-3;
    private static final int INITIAL = 6;
    private static final int TARGET = 3;

    @TempDir Path folder;

    private Path how(double std, boolean cut) throws Exception {
        Map<String, Object> how = new LinkedHashMap<>();
        how.put("init_r", INITIAL);
        how.put("target_r", TARGET);
        how.put("lora_alpha", 8);
        how.put("tinit", 2);
        how.put("tfinal", 4);
        how.put("deltaT", 3);
        how.put("beta1", 0.85);
        how.put("beta2", 0.8);
        how.put("orth_reg_weight", 0.5);
        how.put("total_step", STEPS);
        how.put("rate", RATE);
        how.put("std", std);
        how.put("cut", cut);
        return Files.writeString(folder.resolve("how.json"), new Gson().toJson(how));
    }

    @Test
    void trainingIsPefts() throws Exception {
        Path initial = folder.resolve("initial.safetensors");
        Path out = folder.resolve("out.safetensors");
        try (LanguageModel model = Fixture.model()) {
            List<LinearLayer> layers = model.layers();
            SvdLayout svd =
                    SvdLayout.of(
                            layers,
                            new Delta.AdaLora(TARGET, INITIAL, 8, List.of("all-linear"), false));
            float[] values = svd.initial(3);
            Safetensors.write(initial, tensors(svd, values), Map.of());
            Python.run(
                    "tests/fixtures/adalora.py",
                    "train",
                    Fixture.resource("golden/tied"),
                    Fixture.resource("parity/batches.json"),
                    initial,
                    how(0, false),
                    out);
            Safetensors theirs = Safetensors.open(out);
            AdaLora.Settings settings =
                    new AdaLora.Settings(TARGET * layers.size(), 2, 4, 3, 0.5, 0.85, 0.8);
            float[] ours;
            double[] losses;
            try (Trainable what = training(model, svd, values, settings)) {
                History history =
                        trainer(model, what).run(batches(), List.of(), start(values), p -> {});
                ours = what.values().values();
                losses = history.steps().stream().mapToDouble(History.Step::loss).toArray();
            }
            float[] wanted = theirs.floats("losses");
            for (int i = 0; i < STEPS; i++) {
                assertEquals(wanted[i], losses[i], 2e-4, "loss of step " + (i + 1));
            }
            int kept = 0;
            for (Map.Entry<String, TensorData> tensor : tensors(svd, ours).entrySet()) {
                float[] peft = theirs.floats(tensor.getKey());
                float[] own = floats(svd, ours, tensor.getKey());
                assertArrayEquals(peft, own, 2e-3f, tensor.getKey());
                if (tensor.getKey().endsWith(".E")) {
                    for (int i = 0; i < own.length; i++) {
                        assertEquals(peft[i] == 0, own[i] == 0, tensor.getKey());
                        kept += own[i] == 0 ? 0 : 1;
                    }
                }
            }
            assertEquals(TARGET * layers.size(), kept);
            // What is left is the same Δθ as LoRA, which PEFT loads.
            DeltaTheta left =
                    DeltaTheta.of(
                                    new Delta.AdaLora(
                                            TARGET, INITIAL, 8, List.of("all-linear"), false),
                                    model.checkpoint(),
                                    Optional.empty(),
                                    3)
                            .learned(ours);
            assertTrue(left.size() < svd.layout().size());
            int layer = left.changed().get(0).index();
            double[][] matrix = left.matrix(layers.get(layer));
            float[] composed = svd.composed(ours);
            double sum = 0;
            for (int t = 0; t < INITIAL; t++) {
                sum +=
                        8.0
                                / INITIAL
                                * composed[svd.layout().offsetB(layer) + t]
                                * composed[
                                        svd.layout().offsetA(layer)
                                                + t * layers.get(layer).inputs()];
            }
            assertEquals(sum, matrix[0][0], 1e-6);
        }
    }

    /** A checkpoint in the middle of the way, and one after it, lead to the same end. */
    @Test
    void aTrainingThatGoesOnEndsAsOneThatDidNotStop() throws Exception {
        try (LanguageModel model = Fixture.model()) {
            SvdLayout svd =
                    SvdLayout.of(
                            model.layers(),
                            new Delta.AdaLora(TARGET, INITIAL, 8, List.of("all-linear"), false));
            float[] values = svd.initial(3);
            AdaLora.Settings settings =
                    new AdaLora.Settings(TARGET * model.layers().size(), 2, 4, 3, 0.5, 0.85, 0.8);
            State[] at = new State[STEPS + 1];
            float[] end;
            try (Trainable what = training(model, svd, values, settings)) {
                trainer(model, what)
                        .run(
                                batches(),
                                List.of(),
                                start(values),
                                p -> at[p.step().step()] = p.state());
                end = what.values().values();
            }
            for (int step : new int[] {7, 12}) {
                Path file = folder.resolve("state" + step);
                at[step].write(file);
                try (Trainable what = training(model, svd, values, settings)) {
                    trainer(model, what).run(batches(), List.of(), State.read(file), p -> {});
                    assertArrayEquals(end, what.values().values());
                }
            }
        }
    }

    /** Also of one of which triplets were taken away: its factor is that of the beginning. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAdapterOfPeftsGivesTheSameLogits(boolean cut) throws Exception {
        Path adapter = folder.resolve("adapter");
        Path tied = Fixture.resource("golden/tied");
        Python.run("tests/fixtures/adalora.py", "save", tied, how(0.4, cut), adapter);
        int[][] ids = {{5, 9, 33, 2, 17, 40, 8}};
        Path json = Files.writeString(folder.resolve("ids.json"), new Gson().toJson(ids));
        Path logits = folder.resolve("logits.safetensors");
        Python.reference("logits", tied, adapter, json, logits);
        try (LanguageModel model = Fixture.model()) {
            PeftAdapter read = PeftAdapter.read(adapter, model.layers());
            assertEquals(cut, INITIAL != read.layout().rank(0));
            assertEquals(cut ? 0 : INITIAL, read.layout().rank(4));
            assertEquals(8.0 / INITIAL, read.layout().scale(0), 1e-5);
            Change change = Fixture.factors(model, adapter);
            float[] gamma = new float[model.layers().size()];
            Arrays.fill(gamma, 1);
            long[] text = Arrays.stream(ids[0]).asLongStream().toArray();
            long[] all = IntStream.range(0, text.length).asLongStream().toArray();
            float[] ours = model.network().logits(text, 1, all, change, gamma);
            assertArrayEquals(Safetensors.open(logits).floats("logits"), ours, 2e-4f);
        }
    }

    private static Trainable training(
            LanguageModel model, SvdLayout svd, float[] values, AdaLora.Settings settings) {
        int n = model.layers().size();
        return new AdaLora(
                model.network()
                        .svdFactors(
                                IntStream.range(0, n).mapToObj(svd.layout()::rank).toList(),
                                IntStream.range(0, n).mapToObj(svd.layout()::scale).toList(),
                                values),
                Ila.ones(n),
                settings,
                STEPS,
                svd.triplets());
    }

    private static Trainer trainer(LanguageModel model, Trainable what) {
        return new Trainer(
                model.network(),
                what,
                new Trainer.Settings(
                        1,
                        new Schedule(RATE, 0, Schedule.Shape.CONSTANT, STEPS),
                        AdamW.Settings.defaults().withMaxNorm(0),
                        0,
                        Optional.empty()));
    }

    private static State start(float[] values) {
        return State.start(1, values, new History(List.of()));
    }

    private static IntFunction<List<Batch>> batches() {
        List<List<Example>> steps = Fixture.steps();
        return step -> {
            List<Example> rows = steps.get((step - 1) % steps.size());
            return Fixture.batches(rows, rows.size());
        };
    }

    private static Map<String, TensorData> tensors(SvdLayout svd, float[] values) {
        Map<String, TensorData> out = new LinkedHashMap<>();
        for (LinearLayer l : svd.layout().layers()) {
            for (String kind : List.of("A", "B", "E")) {
                String name = l.name() + "." + kind;
                float[] of = floats(svd, values, name);
                out.put(name, TensorData.of(of, of.length));
            }
        }
        return out;
    }

    private static float[] floats(SvdLayout svd, float[] values, String name) {
        String layer = name.substring(0, name.length() - 2);
        LinearLayer l =
                svd.layout().layers().stream()
                        .filter(x -> x.name().equals(layer))
                        .findFirst()
                        .orElseThrow();
        int i = l.index();
        int rank = svd.layout().rank(i);
        int lambda = svd.layout().size() + rank * i;
        return switch (name.charAt(name.length() - 1)) {
            case 'A' ->
                    Arrays.copyOfRange(values, svd.layout().offsetA(i), svd.layout().offsetB(i));
            case 'B' ->
                    Arrays.copyOfRange(
                            values,
                            svd.layout().offsetB(i),
                            svd.layout().offsetB(i) + rank * l.outputs());
            default -> Arrays.copyOfRange(values, lambda, lambda + rank);
        };
    }
}

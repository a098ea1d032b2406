package dev.ila.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.ila.data.Batch;
import dev.ila.data.Example;
import dev.ila.data.Records;
import dev.ila.model.LinearLayer;
import dev.ila.run.Json;
import dev.ila.search.FinishedModel;
import dev.ila.search.SearchSettings;
import dev.ila.torch.Compute;
import dev.ila.torch.Network;
import dev.ila.torch.Precision;
import dev.ila.train.Trainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SmolLM2's 210 layers are taken apart by one command from the study that the repository has. */
@Tag("model")
class SmolLm2TruthTest {
    private static final int LAYERS = 210;
    private static final int RECORDS = 2;

    @TempDir Path folder;

    @Test
    void eachOfTheLayersHasItsWorth() throws Exception {
        assertNotNull(System.getenv("ILA_SMOLLM2"), "ILA_SMOLLM2 must name SmolLM2's directory");
        assertNotNull(System.getenv("ILA_DATA"), "ILA_DATA must name the folder of real data");
        Path records = folder.resolve("records.json");
        Json.write(records, some("../studies/polite-held-out.json"));
        Path out = folder.resolve("truth");
        String text =
                Script.run(
                        "ila-truth",
                        folder,
                        0,
                        "" + small("../studies/fidelity-smollm2.json"),
                        "--data=" + records,
                        "--by=norm",
                        "--cuts=0.5",
                        "--orders=1",
                        "--threads=2",
                        "--out=" + out);
        assertTrue(text.contains("\nmask  "), text);
        List<List<String>> effects = Records.rows(out.resolve("effects.csv"));
        assertEquals(LAYERS + 1, effects.size());
        assertEquals("mask", effects.get(0).get(5));
        assertEquals("norm", effects.get(0).get(6));
        assertWorths(effects, out.resolve("study/runs/alpaca-1"), records);
    }

    /** The study, with less to learn. */
    private Path small(String study) throws Exception {
        JsonObject all = JsonParser.parseString(Files.readString(Path.of(study))).getAsJsonObject();
        JsonObject usual = all.getAsJsonObject("settings").getAsJsonObject("default");
        usual.addProperty("data.limit", 24);
        usual.addProperty("data.heldOut", 2);
        usual.addProperty("data.batchSize", 2);
        usual.addProperty("data.microBatch", 2);
        usual.addProperty("stage1.schedule.steps", 3);
        usual.addProperty("stage1.schedule.rate", 1e-2);
        usual.addProperty("stage1.evaluateEvery", 3);
        usual.addProperty("stage2.steps", 1);
        usual.addProperty("compute.precision", "f32");
        Path file = folder.resolve("small.json");
        Files.writeString(file, all.toString());
        return file;
    }

    private static JsonArray some(String records) throws Exception {
        JsonArray few = new JsonArray();
        JsonArray all = JsonParser.parseString(Files.readString(Path.of(records))).getAsJsonArray();
        all.asList().subList(0, RECORDS).forEach(few::add);
        return few;
    }

    /** Of the first layers, some between, and the last: by masks one by one, nothing shared. */
    private static void assertWorths(List<List<String>> effects, Path run, Path records) {
        String model = System.getenv("ILA_SMOLLM2");
        SearchSettings settings = SearchSettings.of(model, records.toString());
        List<Example> examples = FinishedModel.data(model, settings.data()).examples();
        assertEquals(RECORDS, examples.size());
        Batch batch = Batch.of(examples);
        Compute compute = new Compute("cpu", Precision.F32, 2, false);
        try (FinishedModel m = FinishedModel.load(model, Optional.of(run), compute)) {
            Network network = m.model().network();
            List<LinearLayer> layers = m.model().layers();
            float[] mask = new float[LAYERS];
            double none = loss(network, m, batch, mask);
            Arrays.fill(mask, 1);
            double all = loss(network, m, batch, mask);
            double most = 0;
            for (int layer : new int[] {0, 6, 7, 100, 149, LAYERS - 1}) {
                List<String> row = effects.get(layer + 1);
                assertEquals(layers.get(layer).name(), row.get(0));
                Arrays.fill(mask, 1);
                mask[layer] = 0;
                double without = loss(network, m, batch, mask) - all;
                Arrays.fill(mask, 0);
                mask[layer] = 1;
                double only = none - loss(network, m, batch, mask);
                most = Math.max(most, Math.abs(only));
                assertEquals(without, Double.parseDouble(row.get(1)), 1e-5, row.get(0));
                assertEquals(only, Double.parseDouble(row.get(3)), 1e-5, row.get(0));
            }
            assertTrue(most > 1e-3, "all layers are worth nothing: " + most);
        }
    }

    private static double loss(Network network, FinishedModel of, Batch batch, float[] mask) {
        return Trainer.loss(network, of.change(), mask, List.of(batch));
    }
}

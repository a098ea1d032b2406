package dev.ila.criteria;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import dev.ila.data.Demo;
import dev.ila.data.Example;
import dev.ila.model.LinearLayer;
import dev.ila.rank.LayerScore;
import dev.ila.search.Delta;
import dev.ila.search.Python;
import dev.ila.search.SearchSettings;
import dev.ila.train.Fixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Criteria give what PEFT, transformers and NumPy give on the same weights and texts. */
class CriteriaPythonTest {
    /** The smallest singular value is rounded by so much of s₁: κ by so much of κ². */
    private static final double F32 = 1.2e-7;

    @TempDir Path folder;

    @Test
    @Tag("python")
    void singularValuesSayWhatTheySayInPython() throws Exception {
        assertSameOfWeights(Demo.extract().toString());
    }

    @Test
    @Tag("model")
    void singularValuesOfSmolLm2SayWhatTheySayInPython() throws Exception {
        assertSameOfWeights(Python.required("ILA_SMOLLM2"));
    }

    private void assertSameOfWeights(String model) throws Exception {
        Path out = folder.resolve("weights.json");
        Python.run("tests/fixtures/criteria.py", "weights", model, out);
        JsonObject python = Fixture.json(out, JsonObject.class);
        Subject subject = RunFixture.model(model);
        Scored kappa = Spectral.KAPPA.rank(subject);
        JsonObject theirs = python.getAsJsonObject("kappa");
        assertEquals(theirs.keySet(), kappa.values().keySet());
        List<String> ours = new ArrayList<>();
        double last = 0;
        for (LayerScore s : kappa.ranking().scores()) {
            String name = s.layer().name();
            double wanted = theirs.get(name).getAsDouble();
            double rounding = wanted * (1e-5 + F32 * wanted);
            assertEquals(wanted, kappa.values().get(name), rounding, name);
            assertTrue(wanted + rounding >= last, name + " in PEFT's order");
            last = Math.max(last, wanted - rounding);
            ours.add(name);
        }
        List<String> top = strings(python, "top");
        assertTrue(top.size() > 10, top.toString());
        assertEquals(new HashSet<>(top), new LinkedHashSet<>(ours.subList(0, top.size())));
        Scored spectrum = Spectral.SPECTRUM.rank(subject);
        assertNear(python.getAsJsonObject("spectrum"), spectrum.values(), 1e-4);
        assertRankedWithinKinds(spectrum);
    }

    /** As its authors do: for each kind of projection the layers with the highest ratio. */
    private static void assertRankedWithinKinds(Scored spectrum) {
        Set<String> kinds = new HashSet<>();
        List<LayerScore> scores = spectrum.ranking().scores();
        scores.forEach(s -> kinds.add(s.layer().projection()));
        assertEquals(7, kinds.size());
        for (String kind : kinds) {
            List<LinearLayer> some =
                    scores.stream()
                            .map(LayerScore::layer)
                            .filter(l -> l.projection().equals(kind))
                            .toList();
            for (int i = 1; i < some.size(); i++) {
                double before = spectrum.values().get(some.get(i - 1).name());
                assertTrue(before >= spectrum.values().get(some.get(i).name()), kind + " " + i);
            }
            // Half of the top half of all are of no other number than half of each kind.
            Set<LinearLayer> half = spectrum.ranking().top(scores.size() / 2);
            assertEquals(
                    some.size() / 2,
                    half.stream().filter(l -> l.projection().equals(kind)).count(),
                    kind);
        }
    }

    @Test
    @Tag("python")
    void gradientsAndBlocksSayWhatTheySayInPython() throws Exception {
        Path run = folder.resolve("run");
        SearchSettings settings = RunFixture.run(run, Delta.Lora.defaults(), 6);
        Subject subject = RunFixture.subject(settings, run);
        List<Map<String, int[]>> rows = new ArrayList<>();
        for (Example e : subject.examples()) {
            int[] ids = new int[e.length()];
            int[] supervised = new int[e.length()];
            for (int t = 0; t < ids.length; t++) {
                ids[t] = e.id(t);
                supervised[t] = e.supervised(t) ? 1 : 0;
            }
            rows.add(Map.of("ids", ids, "supervised", supervised));
        }
        assertEquals(12, rows.size());
        Path json = Files.writeString(folder.resolve("rows.json"), new Gson().toJson(rows));
        Path out = folder.resolve("data.json");
        Python.run(
                "tests/fixtures/criteria.py",
                "data",
                settings.model(),
                run.resolve("adapter"),
                json,
                out);
        JsonObject python = Fixture.json(out, JsonObject.class);
        assertNear(python.getAsJsonObject("fisher"), Gradient.FISHER.rank(subject).values(), 1e-3);
        Scored influence = new Blocks().rank(subject);
        for (LinearLayer l : subject.layers()) {
            double wanted = python.getAsJsonArray("influence").get(l.block()).getAsDouble();
            assertEquals(wanted, influence.values().get(l.name()), 1e-4 * wanted, l.name());
        }
    }

    private static List<String> strings(JsonObject from, String name) {
        return from.getAsJsonArray(name).asList().stream().map(e -> e.getAsString()).toList();
    }

    private static void assertNear(JsonObject wanted, Map<String, Double> is, double part) {
        assertEquals(wanted.keySet(), is.keySet());
        is.forEach(
                (name, value) -> {
                    double w = wanted.get(name).getAsDouble();
                    assertEquals(w, value, part * Math.abs(w), name);
                });
    }
}

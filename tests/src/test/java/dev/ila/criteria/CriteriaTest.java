package dev.ila.criteria;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.ila.data.Demo;
import dev.ila.model.LinearLayer;
import dev.ila.model.Safetensors;
import dev.ila.rank.LayerScore;
import dev.ila.run.Json;
import dev.ila.search.Delta;
import dev.ila.search.Result;
import dev.ila.search.SearchSettings;
import dev.ila.torch.SingularValues;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each criterion has the value that its formula says, by another way to it. */
class CriteriaTest {
    private static final int RANK = 3;
    private static final double ALPHA = 6;

    @TempDir static Path folder;

    private static Path run;
    private static SearchSettings settings;

    @BeforeAll
    static void aRun() {
        run = folder.resolve("run");
        Delta lora = new Delta.Lora(RANK, ALPHA, List.of("q_proj", "down_proj"));
        settings = RunFixture.run(run, lora, 4);
    }

    @Test
    void placesAreEqualWithinABlockAndChanceHasASeed() {
        Subject model = RunFixture.model(Demo.extract().toString());
        Scored first = Place.FIRST.rank(model);
        assertEquals(56, first.ranking().tied());
        assertEquals(0, first.ranking().scores().get(0).layer().block());
        assertEquals(7, Place.LAST.rank(model).ranking().scores().get(0).layer().block());
        Scored one = Place.RANDOM.rank(model);
        assertEquals(0, one.ranking().tied());
        assertEquals(one, Place.RANDOM.rank(model));
        Subject.Given g = model.given();
        Subject.Given other =
                new Subject.Given(
                        g.model(), g.run(), g.settings(), g.data(), g.examples(), g.compute(), 2);
        Scored two = Place.RANDOM.rank(new Subject(other, Subject.Progress.SILENT));
        assertNotEquals(one.ranking(), two.ranking());
    }

    /** ‖sBA‖² = s² Σ (BᵀB) ⊙ (AAᵀ), of the adapter's file. */
    @Test
    void theNormIsThatOfTheFactors() {
        Subject subject = RunFixture.subject(settings, run);
        Scored norm = ChangeSize.NORM.rank(subject);
        Scored relative = ChangeSize.RELATIVE.rank(subject);
        Safetensors file = Safetensors.open(run.resolve("adapter/adapter_model.safetensors"));
        assertEquals(16, norm.values().size());
        for (LayerScore s : norm.ranking().scores()) {
            LinearLayer l = s.layer();
            String name = "base_model.model." + l.name() + ".lora_";
            float[] a = file.floats(name + "A.weight");
            float[] b = file.floats(name + "B.weight");
            double sum = 0;
            for (int i = 0; i < RANK; i++) {
                for (int j = 0; j < RANK; j++) {
                    double aa = 0;
                    double bb = 0;
                    for (int k = 0; k < l.inputs(); k++) {
                        aa += (double) a[i * l.inputs() + k] * a[j * l.inputs() + k];
                    }
                    for (int k = 0; k < l.outputs(); k++) {
                        bb += (double) b[k * RANK + i] * b[k * RANK + j];
                    }
                    sum += aa * bb;
                }
            }
            double wanted = ALPHA / RANK * Math.sqrt(sum);
            assertTrue(wanted > 0, l.name());
            assertEquals(wanted, norm.values().get(l.name()), 1e-6 * wanted, l.name());
            double base = 0;
            for (float w : subject.weight(l)) {
                base += (double) w * w;
            }
            double part = wanted / Math.sqrt(base);
            assertEquals(part, relative.values().get(l.name()), 1e-6 * part, l.name());
        }
    }

    @Test
    void theGainIsTheSearchsOwn() {
        Scored gain = Gradient.GAIN.rank(RunFixture.subject(settings, run));
        Result result = Json.read(run.resolve("result.json"), Result.class);
        assertEquals(
                result.findings().scores().stream()
                        .collect(Collectors.toMap(Result.Score::layer, Result.Score::gain)),
                gain.values());
        assertEquals(3 * 16, gain.read().examples());
        assertTrue(gain.read().tokens() > 3 * 16 * 10, gain.read().toString());
    }

    @Test
    void fisherIsAMeanOverConversations() {
        Subject all = RunFixture.subject(settings, run);
        Scored twelve = Gradient.FISHER.rank(all);
        assertEquals(16, twelve.values().size());
        assertEquals(12, twelve.read().examples());
        assertTrue(twelve.values().values().stream().allMatch(v -> v > 0));
        assertEquals(Map.copyOf(twelve.values()), Map.copyOf(Gradient.FISHER.rank(all).values()));
        assertEquals(Set.of("polite.json"), all.files().keySet());
    }

    @Test
    void influenceIsABlocks() {
        Scored influence = new Blocks().rank(RunFixture.subject(settings, run));
        assertEquals(56, influence.values().size());
        assertEquals(56, influence.ranking().tied());
        assertEquals(8, influence.values().values().stream().distinct().count());
        assertTrue(influence.values().values().stream().allMatch(v -> v > 0 && v < 1));
    }

    @Test
    void adaLorasRanksAreThoseOfItsAdapter() throws Exception {
        Path ada = folder.resolve("ada");
        Delta delta = new Delta.AdaLora(2, 4, 8, List.of("q_proj", "up_proj"), false);
        SearchSettings how = RunFixture.run(ada, delta, 30);
        Scored ranks = new FinalRank().rank(RunFixture.subject(how, ada));
        assertEquals(16, ranks.values().size());
        assertEquals(
                16 * 2, ranks.values().values().stream().mapToDouble(v -> v).sum(), "the budget");
        JsonObject config =
                JsonParser.parseString(Files.readString(ada.resolve("adalora/adapter_config.json")))
                        .getAsJsonObject();
        int seen = 0;
        for (Map.Entry<String, JsonElement> e : config.getAsJsonObject("rank_pattern").entrySet()) {
            JsonArray kept = e.getValue().getAsJsonArray();
            long left = kept.asList().stream().filter(JsonElement::getAsBoolean).count();
            String layer =
                    ranks.values().keySet().stream()
                            .filter(n -> e.getKey().contains(n))
                            .findFirst()
                            .orElseThrow();
            assertEquals(left, ranks.values().get(layer), layer);
            seen++;
        }
        assertEquals(ranks.values().values().stream().filter(v -> v > 0).count(), seen);
        assertTrue(new FinalRank().fits(RunFixture.subject(how, ada).given()));
        Subject lora = RunFixture.subject(settings, run);
        assertFalse(new FinalRank().fits(lora.given()));
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> new FinalRank().rank(lora));
        assertEquals(
                "run of adalora must be one of ila-tune or ila-search with --adalora, but is: "
                        + run,
                e.getMessage());
    }

    @Test
    void singularValuesOfADiagonalMatrixAreItsNumbers() {
        try (SingularValues torch = new SingularValues(RunFixture.CPU)) {
            float[] matrix = {0, -3, 0, 0, 0, 2};
            float[] s = torch.of(matrix, 2, 3);
            assertEquals(2, s.length);
            assertEquals(3, s[0], 1e-6);
            assertEquals(2, s[1], 1e-6);
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> torch.of(matrix, 3, 3));
            assertEquals("numbers of a matrix must be 3 × 3, but is: 6", e.getMessage());
        }
    }

    @Test
    void whatIsMissingIsSaidBeforeAnythingIsRead() {
        Subject.Given model = RunFixture.model(Demo.extract().toString()).given();
        assertEquals(
                "run of norm must be one with a change of the model; give it with --run, but is:"
                        + " none",
                refused(ChangeSize.NORM, model));
        assertEquals(
                "data of influence must be conversations; give them with --data, or a run of"
                        + " ila-search with --run, but is: none",
                refused(new Blocks(), model));
        Subject.Given adapter =
                new Subject.Given(
                        model.model(),
                        Optional.of(run),
                        Optional.empty(),
                        Optional.empty(),
                        1,
                        RunFixture.CPU,
                        1);
        assertEquals(
                "data of fisher must be conversations; give them with --data, or a run of"
                        + " ila-search with --run, but is: none",
                refused(Gradient.FISHER, adapter));
        assertDoesNotThrow(() -> new FinalRank().check(adapter), "it reads no conversations");
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Criterion.named("snr"));
        assertEquals(
                "criterion must be one of random, first, last, norm, relative, kappa, spectrum,"
                        + " gain, fisher, adalora, influence, but is: snr",
                e.getMessage());
    }

    private static String refused(Criterion by, Subject.Given given) {
        return assertThrows(IllegalArgumentException.class, () -> by.check(given)).getMessage();
    }
}

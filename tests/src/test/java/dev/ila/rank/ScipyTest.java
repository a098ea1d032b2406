package dev.ila.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.ila.model.LinearLayer;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Statistics of rankings are SciPy's ({@code tests/fixtures/ranks.py}), or an enumeration's. */
class ScipyTest {
    private static final double EXACT = 1e-12;

    private final JsonObject golden =
            JsonParser.parseReader(
                            new InputStreamReader(
                                    ScipyTest.class.getResourceAsStream("ranks.json"),
                                    StandardCharsets.UTF_8))
                    .getAsJsonObject();

    @Test
    void correlationsAreScipys() {
        int cases = 0;
        for (JsonElement element : golden.getAsJsonArray("cases")) {
            JsonObject c = element.getAsJsonObject();
            Ranking x = ranking(c.getAsJsonArray("x"));
            Ranking y = ranking(c.getAsJsonArray("y"));
            assertEquals(number(c, "spearman"), Measure.spearman().of(x, y), EXACT);
            assertEquals(number(c, "spearman"), Correlation.spearman(x, y), EXACT);
            assertEquals(number(c, "kendall"), Measure.kendall().of(x, y), EXACT);
            assertEquals(number(c, "kendall"), Correlation.kendall(x, y), EXACT);
            assertEquals(number(c, "rank_biased_0.9"), Measure.rankBiased(0.9).of(x, y), EXACT);
            assertEquals(number(c, "rank_biased_0.98"), Measure.rankBiased(0.98).of(x, y), EXACT);
            cases++;
        }
        assertEquals(4, cases);
    }

    @Test
    void chanceOfJaccardIsScipysHypergeometric() {
        int cases = 0;
        for (JsonElement element : golden.getAsJsonArray("chance")) {
            JsonObject c = element.getAsJsonObject();
            Chance chance = Chance.jaccard(c.get("n").getAsInt(), c.get("k").getAsInt());
            assertEquals(number(c, "mean"), chance.mean(), 1e-10, c.toString());
            assertEquals(number(c, "low"), chance.low(), EXACT, c.toString());
            assertEquals(number(c, "high"), chance.high(), EXACT, c.toString());
            assertEquals(0, chance.draws());
            cases++;
        }
        assertEquals(6, cases);
    }

    @Test
    void chanceOfJaccardIsTheMeanOverAllSets() {
        int n = 9;
        int k = 4;
        double sum = 0;
        int sets = 0;
        for (int set = 0; set < 1 << n; set++) {
            if (Integer.bitCount(set) == k) {
                int shared = Integer.bitCount(set & 0b1111);
                sum += (double) shared / (2 * k - shared);
                sets++;
            }
        }
        assertEquals(126, sets);
        assertEquals(sum / sets, Chance.jaccard(n, k).mean(), EXACT);
    }

    @Test
    void rankBiasedOverlapOfEqualRankingsIsOneAndOfDisjointTopsNearZero() {
        List<LinearLayer> layers = Layers.of(30);
        double[] up = new double[layers.size()];
        double[] down = new double[layers.size()];
        for (int i = 0; i < up.length; i++) {
            up[i] = i;
            down[i] = -i;
        }
        Ranking a = Ranking.of(layers, up);
        assertEquals(1, Measure.rankBiased(0.9).of(a, a), EXACT);
        assertEquals(0, Measure.rankBiased(0.9).of(a, Ranking.of(layers, down)), 1e-4);
    }

    private static Ranking ranking(JsonArray values) {
        double[] x =
                StreamSupport.stream(values.spliterator(), false)
                        .mapToDouble(JsonElement::getAsDouble)
                        .toArray();
        return Ranking.of(Layers.of(30).subList(0, x.length), x);
    }

    private static double number(JsonObject object, String name) {
        return object.get(name).getAsDouble();
    }
}

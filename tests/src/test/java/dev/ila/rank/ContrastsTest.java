package dev.ila.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.model.LinearLayer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Several runs compared, each beside its references. */
class ContrastsTest {
    private static final List<LinearLayer> LAYERS = Layers.of(12);
    private static final Comparison.Settings SETTINGS =
            new Comparison.Settings(List.of(0.75, 0.1), 0.9, 200, 3);

    @Test
    void pairsArePutTogetherByWhatDiffers() {
        Comparison all =
                Comparison.of(
                        List.of(
                                run("a", "alpaca", 1),
                                run("b", "alpaca", 2),
                                run("c", "lima", 1),
                                run("d", "lima", 3)),
                        SETTINGS);
        assertEquals(List.of("seed", "data", "data, same seed"), all.contrasts());
        List<Contrast> jaccard =
                all.table().stream().filter(c -> c.measure().equals("Jaccard at 75 %")).toList();
        assertEquals(List.of(2, 3, 1), jaccard.stream().map(Contrast::pairs).toList());
        assertEquals(6, all.pairs().size());
        List<String> measures = all.measures().stream().map(Measure::name).toList();
        assertEquals(
                List.of(
                        "Jaccard at 75 %",
                        "Jaccard at 10 %", "Spearman", "Kendall", "RBO, p = 0.9"),
                measures);
    }

    @Test
    void severalFactorsAreNamedTogetherAndUnknownSeedsAreNotTheSame() {
        RankedRun a = run("a", "alpaca", 1);
        RankedRun b =
                new RankedRun(
                        "b",
                        Map.of("data", "lima", "model", "other"),
                        OptionalLong.empty(),
                        a.ranking());
        assertEquals("data and model", a.contrastTo(b));
        assertEquals("seed, same seed", a.contrastTo(a));
    }

    @Test
    void runsThatShareOnlyTheKindOfProjectionAreAboveUniformChanceAlone() {
        Contrast c = spearman(runs(0, 0.5, 0), Contrast.SEED);
        assertTrue(c.mean() > c.uniform().high() + 0.3, c.toString());
        assertEquals(0, c.uniform().mean(), 0.02);
        assertTrue(
                c.withinProjections().low() < c.mean() && c.mean() < c.withinProjections().high(),
                c.toString());
        assertFalse(c.aboveChance());
    }

    @Test
    void runsThatShareTheirLayersAreAboveBothAndDataBelowTheSeed() {
        List<RankedRun> runs = runs(0.6, 0.3, 0.5);
        Contrast seed = spearman(runs, Contrast.SEED);
        Contrast data = spearman(runs, "data");
        assertTrue(seed.aboveChance(), seed.toString());
        assertTrue(data.aboveChance(), data.toString());
        assertTrue(data.mean() < seed.mean(), data + " " + seed);
        assertEquals(6, seed.pairs());
        assertEquals(9, data.pairs());
    }

    @Test
    void anIntervalHoldsItsMeanAndIsAbsentIfNoSetHasTwoSeeds() {
        Contrast data = spearman(runs(0.6, 0.3, 0.5), "data");
        Contrast.Interval interval = data.interval().orElseThrow();
        assertTrue(interval.low() < data.mean() && data.mean() < interval.high(), data.toString());
        assertTrue(data.least() <= interval.low() && interval.high() <= data.most());
        List<RankedRun> single = List.of(run("a", "alpaca", 1), run("b", "lima", 2));
        assertTrue(spearman(single, "data").interval().isEmpty());
    }

    @Test
    void theSameSeedGivesTheSameNumbers() {
        List<RankedRun> runs = runs(0.6, 0.3, 0.5);
        assertEquals(Comparison.of(runs, SETTINGS).table(), Comparison.of(runs, SETTINGS).table());
    }

    @Test
    void aCurveHasAPointForEachCutAndEndsAtOne() {
        Comparison all = Comparison.of(runs(0.6, 0.3, 0.5), SETTINGS);
        List<OverlapCurve> curves = all.curves();
        assertEquals(List.of("seed", "data"), curves.stream().map(OverlapCurve::differs).toList());
        OverlapCurve.Point last = curves.get(1).points().get(LAYERS.size() - 1);
        assertEquals(1, last.jaccard(), 1e-12);
        assertEquals(1, last.withinProjections().low(), 1e-12);
        int k = LAYERS.size() * 3 / 4;
        OverlapCurve.Point cut = curves.get(0).points().get(k - 1);
        Contrast table = all.table().get(0);
        assertEquals("Jaccard at 75 %", table.measure());
        assertEquals(table.mean(), cut.jaccard(), 1e-12);
        assertEquals(table.withinProjections().low(), cut.withinProjections().low(), 1e-12);
    }

    @Test
    void projectionsAndBlocksAreComparedByThemselves() {
        Comparison all = Comparison.of(runs(0.6, 0.3, 0.5), SETTINGS);
        Map<String, List<Contrast>> projections = all.byProjection();
        assertEquals(7, projections.size());
        assertEquals(12, all.byDepth().size());
        for (List<Contrast> of : projections.values()) {
            assertEquals(
                    List.of("Jaccard at 75 %", "Spearman", "Jaccard at 75 %", "Spearman"),
                    of.stream().map(Contrast::measure).toList());
            // Shuffled within projections there is nothing left to share within one.
            assertEquals(0, of.get(1).withinProjections().mean(), 0.05);
        }
        Ranking a = all.runs().get(0).ranking();
        Ranking b = all.runs().get(1).ranking();
        int[] q = {0, 7, 14, 21, 28, 35, 42, 49, 56, 63, 70, 77};
        double[] x = new double[q.length];
        double[] y = new double[q.length];
        for (int i = 0; i < q.length; i++) {
            x[i] = a.byIndex().get(q[i]).score();
            y[i] = b.byIndex().get(q[i]).score();
        }
        List<LinearLayer> own = Layers.of(2).subList(0, q.length);
        assertEquals(
                Correlation.spearman(Ranking.of(own, x), Ranking.of(own, y)),
                Measure.spearman().among(q).of(a, b),
                1e-12);
    }

    @Test
    void consensusAndMovers() {
        List<LinearLayer> four = LAYERS.subList(0, 4);
        List<LayerSpread> spreads =
                LayerSpread.of(
                        List.of(
                                Ranking.of(four, new double[] {4, 3, 2, 1}),
                                Ranking.of(four, new double[] {4, 1, 2, 3})),
                        0.5);
        assertEquals(new LayerSpread(four.get(0), 2, 1, 0, 1, 1), spreads.get(0));
        assertEquals(
                new LayerSpread(four.get(1), 1, 3, Math.sqrt(2), 2, 4),
                spreads.stream()
                        .filter(s -> s.layer().equals(four.get(1)))
                        .findFirst()
                        .orElseThrow());
    }

    @Test
    void badSettingsAndNamesAreOneLine() {
        RankedRun a = run("a", "alpaca", 1);
        assertMessage(
                "name of a run must be its own only, but is: a",
                () -> Comparison.of(List.of(a, a), SETTINGS));
        assertMessage(
                "number of rankings to compare must be 2 or more, but is: 1",
                () -> Comparison.of(List.of(a), SETTINGS));
        assertMessage(
                "cut must be above 0 and below 1, but is: 1.0",
                () -> new Comparison.Settings(List.of(1.0), 0.9, 100, 1));
        assertMessage(
                "persistence must be above 0 and below 1, but is: 1.0",
                () -> Measure.rankBiased(1));
    }

    private static Contrast spearman(List<RankedRun> runs, String differs) {
        return Comparison.of(runs, SETTINGS).table().stream()
                .filter(c -> c.measure().equals("Spearman") && c.differs().equals(differs))
                .findFirst()
                .orElseThrow();
    }

    private static RankedRun run(String name, String data, long seed) {
        return new RankedRun(
                name,
                Map.of("data", data),
                OptionalLong.of(seed),
                Ranking.of(LAYERS, Layers.noise(LAYERS.size(), seed * 31 + data.hashCode())));
    }

    /** Two data sets of three seeds: a shared kind, shared layers, noise, and the set's own. */
    static List<RankedRun> runs(double shared, double noise, double own) {
        double[] common = Layers.noise(LAYERS.size(), 99);
        List<RankedRun> runs = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            double[] of = Layers.noise(LAYERS.size(), 50 + i / 3);
            double[] values = Layers.noise(LAYERS.size(), i);
            for (int j = 0; j < values.length; j++) {
                values[j] =
                        values[j] * noise + j % 7 * 0.15 + shared * common[j] + own * of[j] * 0.5;
            }
            String data = i < 3 ? "alpaca" : "lima";
            runs.add(
                    new RankedRun(
                            data + i,
                            Map.of("data", data),
                            OptionalLong.of(i),
                            Ranking.of(LAYERS, values)));
        }
        return runs;
    }

    private static void assertMessage(String message, Runnable action) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, action::run).getMessage());
    }
}

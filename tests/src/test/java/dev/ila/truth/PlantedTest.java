package dev.ila.truth;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.data.Batch;
import dev.ila.data.Dataset;
import dev.ila.data.Example;
import dev.ila.delta.LoraConfig;
import dev.ila.delta.LoraLayout;
import dev.ila.model.LinearLayer;
import dev.ila.rank.Ranking;
import dev.ila.search.Delta;
import dev.ila.search.DeltaTheta;
import dev.ila.search.Search;
import dev.ila.search.SearchSettings;
import dev.ila.search.Session;
import dev.ila.torch.Compute;
import dev.ila.torch.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is planted, what is noise, and what counts as found. */
class PlantedTest {
    private static final int RANK = 4;
    private static Session session;
    private static List<LinearLayer> layers;
    private static List<LinearLayer> chosen;
    private static Planted planted;

    @BeforeAll
    static void plant() {
        SearchSettings embedded = SearchSettings.embedded();
        SearchSettings settings =
                embedded.with(embedded.data().withLimit(96))
                        .with(new Compute("cpu", Precision.F32, 2, false))
                        .with(new Delta.Lora(RANK, 8, List.of(LoraConfig.ALL_LINEAR)))
                        .withSteps(12, 3);
        session = Session.open(settings);
        layers = session.layers();
        chosen = PlantedPattern.SCATTERED.of(layers, 3);
        planted = Planted.of(session, chosen, new Random(3), new Search.Observer() {});
    }

    @AfterAll
    static void close() {
        session.close();
    }

    @Test
    void aPatternTakesAThirdOfTheLayers() {
        for (PlantedPattern pattern : PlantedPattern.values()) {
            Set<List<LinearLayer>> different = new HashSet<>();
            for (long seed = 1; seed <= 20; seed++) {
                List<LinearLayer> some = pattern.of(layers, seed);
                assertEquals(some, pattern.of(layers, seed));
                different.add(some);
                int wanted =
                        switch (pattern) {
                            case SCATTERED -> 19;
                            case BAND -> 3 * 7;
                            case KINDS -> 2 * 8;
                        };
                assertEquals(wanted, some.size());
                assertEquals(some.stream().sorted((a, b) -> a.index() - b.index()).toList(), some);
            }
            assertTrue(different.size() > 4, pattern + " has few choices: " + different.size());
        }
    }

    @Test
    void aBandIsOfWholeBlocksAndKindsAreOfAllBlocks() {
        for (long seed = 1; seed <= 20; seed++) {
            List<Integer> blocks =
                    PlantedPattern.BAND.of(layers, seed).stream()
                            .map(LinearLayer::block)
                            .distinct()
                            .toList();
            assertEquals(3, blocks.size());
            assertEquals(2, blocks.get(2) - blocks.get(0));
            Set<String> kinds =
                    PlantedPattern.KINDS.of(layers, seed).stream()
                            .map(LinearLayer::projection)
                            .collect(Collectors.toSet());
            assertEquals(2, kinds.size());
        }
    }

    @Test
    void theTeacherIsTheStudentWithoutItsNoise() {
        assertEquals(chosen, planted.teacher().changed());
        assertEquals(layers, planted.student().changed());
        for (LinearLayer l : chosen) {
            double[][] own = planted.teacher().matrix(l);
            double[][] other = planted.student().matrix(l);
            for (int row = 0; row < own.length; row++) {
                assertArrayEquals(own[row], other[row]);
            }
        }
        float[] mask = Subset.of("planted", chosen).gamma(layers.size());
        Teacher student = new Teacher(session, planted.student());
        double[] nats = student.divergences(List.of(mask, mask, student.ones()));
        assertEquals(0, nats[1]);
        assertTrue(nats[2] > Planted.LEAST, "noise of all layers costs " + nats[2]);
    }

    @Test
    void noiseHasThePositivesSingularValuesUnlessItIsScaled() {
        List<double[]> wanted =
                planted.positives().stream().map(l -> spectrum(planted.teacher(), l)).toList();
        int[] given = new int[wanted.size()];
        List<LinearLayer> others = new ArrayList<>(planted.costs().keySet());
        assertEquals(layers.size() - chosen.size(), others.size());
        for (LinearLayer l : others) {
            double[] own = spectrum(planted.student(), l);
            double factor = planted.factors().getOrDefault(l, 1.0);
            int found = -1;
            for (int i = 0; i < given.length; i++) {
                found = near(own, wanted.get(i), factor) ? i : found;
            }
            assertTrue(found >= 0, l.name() + " has " + Arrays.toString(own));
            given[found]++;
        }
        int least = others.size() / given.length;
        for (int times : given) {
            assertTrue(times == least || times == least + 1, Arrays.toString(given));
        }
    }

    private static boolean near(double[] own, double[] wanted, double factor) {
        for (int k = 0; k < own.length; k++) {
            if (Math.abs(own[k] - factor * wanted[k]) > 1e-5 * own[0]) {
                return false;
            }
        }
        return true;
    }

    /** By another way than the library's: of the whole matrix. */
    private static double[] spectrum(DeltaTheta change, LinearLayer layer) {
        double[] all =
                new SingularValueDecomposition(new Array2DRowRealMatrix(change.matrix(layer)))
                        .getSingularValues();
        assertEquals(0, all[RANK], 1e-6 * all[0]);
        return Arrays.copyOf(all, RANK);
    }

    @Test
    void singularVectorsAreOrthonormalAndRandom() {
        LoraLayout layout = LoraLayout.of(layers, LoraConfig.defaults());
        LinearLayer wide = layers.get(6);
        double[] spectrum = {5, 4, 3, 2, 1, 0.5, 0.25, 0};
        float[] one = new float[layout.size()];
        float[] other = new float[layout.size()];
        Spectra.write(layout, wide, spectrum, new Random(1), one);
        Spectra.write(layout, wide, spectrum, new Random(2), other);
        assertArrayEquals(spectrum, Spectra.of(layout, wide, one), 1e-5);
        assertArrayEquals(spectrum, Spectra.of(layout, wide, other), 1e-5);
        assertNotEquals(one[layout.offsetA(6)], other[layout.offsetA(6)]);
        Spectra.scale(layout, wide, 3, one);
        assertEquals(15, Spectra.of(layout, wide, one)[0], 1e-4);
    }

    @Test
    void everyNoiseLayerCostsEnoughAndPositivesHaveAnEffect() {
        planted.costs().forEach((l, nats) -> assertTrue(nats >= Planted.LEAST, l.name()));
        planted.factors().forEach((l, f) -> assertTrue(f > 1, l.name()));
        LinearLayer first = chosen.get(0);
        LinearLayer second = chosen.get(1);
        Planted two =
                new Planted(
                        planted.teacher(),
                        planted.student(),
                        Map.of(first, 0.99e-4, second, 1e-4),
                        Map.of(),
                        Map.of());
        assertEquals(Set.of(second), two.positives());
        assertEquals(Set.of(first), two.withoutEffect());
    }

    @Test
    void whatIsPlantedIsLora() {
        Session full = session.with(session.settings().with(new Delta.Full()));
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Planted.of(full, chosen, new Random(1), new Search.Observer() {}));
        assertEquals(
                "change to plant must be LoRA, but is: Full[targets=[all-linear]]", e.getMessage());
    }

    @Test
    void whatTheTeacherSaysChangesLabelsAlone() {
        Dataset.Split of = session.split();
        Teacher teacher = new Teacher(session, planted.teacher());
        Dataset.Split taught = teacher.taught(of, 3, new Random(1));
        int size = of.train().size();
        assertEquals(3 * size, taught.train().size());
        assertEquals(of.heldOut().size(), taught.heldOut().size());
        Set<List<Long>> different = new HashSet<>();
        for (int copy = 0; copy < 3; copy++) {
            Batch was = Batch.of(of.train());
            List<Example> own = taught.train().subList(copy * size, (copy + 1) * size);
            Batch is = Batch.of(own);
            assertArrayEquals(was.ids(), is.ids());
            assertArrayEquals(was.positions(), is.positions());
            different.add(Arrays.stream(is.labels()).boxed().toList());
        }
        assertEquals(3, different.size());
        assertEquals(
                Arrays.toString(Batch.of(taught.train()).labels()),
                Arrays.toString(Batch.of(teacher.taught(of, 3, new Random(1)).train()).labels()));
    }

    @Test
    void separationCountsPairs() {
        assertEquals(new Separation(1, 1), Separation.of(new double[] {3, 2}, new double[] {1}));
        assertEquals(new Separation(0, 0), Separation.of(new double[] {1}, new double[] {2, 3}));
        assertEquals(
                new Separation(0.5, 0.5), Separation.of(new double[] {1, 1}, new double[] {1, 1}));
        // Pairs: 3 above all, 1 equal to one of two and below the other; the second place is 2's.
        assertEquals(
                new Separation((2 + 0.5) / 4, 0.5),
                Separation.of(new double[] {3, 1}, new double[] {1, 2}));
        // The second place is shared by a positive and two others.
        assertEquals(
                new Separation((3 + 2 * 0.5 + 1) / 6, (1 + 1.0 / 3) / 2),
                Separation.of(new double[] {3, 2}, new double[] {2, 2, 1}));
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Separation.of(new double[0], new double[] {1}));
        assertEquals("number of layers that matter must be 1 or more, but is: 0", e.getMessage());
    }

    @Test
    void separationLeavesLayersOutAndShuffledLabelsTellNothing() {
        List<LinearLayer> four = layers.subList(0, 4);
        Ranking ranking = Ranking.of(four, new double[] {4, 9, 2, 3});
        Set<LinearLayer> first = Set.of(four.get(0));
        assertEquals(2.0 / 3, Separation.of(ranking, first, Set.of()).auc());
        assertEquals(1, Separation.of(ranking, first, Set.of(four.get(1))).auc());
        Separation none = Separation.shuffled(ranking, first, Set.of(), 2000, new Random(1));
        assertEquals(0.5, none.auc(), 0.03);
        assertEquals(0.25, none.precision(), 0.03);
    }
}

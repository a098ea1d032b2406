package dev.ila.delta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.model.LinearLayer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LoraLayoutTest {
    private static final List<LinearLayer> LAYERS =
            List.of(
                    new LinearLayer(0, "m.0.q", 0, "q", 6, 4),
                    new LinearLayer(1, "m.0.up", 0, "up", 10, 4),
                    new LinearLayer(2, "m.1.q", 1, "q", 6, 4),
                    new LinearLayer(3, "m.1.up", 1, "up", 10, 4));

    private static LoraLayout of(String... targets) {
        LoraConfig config = new LoraConfig(2, 3, Set.of(targets), LoraScaling.ALPHA_OVER_RANK);
        return LoraLayout.of(LAYERS, config);
    }

    private static int[] ranks(LoraLayout layout) {
        return LAYERS.stream().mapToInt(l -> layout.rank(l.index())).toArray();
    }

    @Test
    void factorsLieInLayerOrderWithoutGaps() {
        LoraLayout layout = of("up");
        assertArrayEquals(new int[] {0, 2, 0, 2}, ranks(layout));
        assertEquals(0, layout.offsetA(1));
        assertEquals(2 * 4, layout.offsetB(1));
        assertEquals(2 * 14, layout.offsetA(3));
        assertEquals(2 * 14 + 8, layout.offsetB(3));
        assertEquals(2 * 28, layout.size());
        assertEquals(1.5, layout.scale(1));
        assertEquals(0, layout.scale(0));
    }

    @Test
    void targetsAreEndsOfNames() {
        assertArrayEquals(new int[] {2, 2, 2, 2}, ranks(of(LoraConfig.ALL_LINEAR)));
        assertArrayEquals(new int[] {0, 0, 2, 0}, ranks(of("1.q")));
        assertArrayEquals(new int[] {2, 0, 0, 2}, ranks(of("m.0.q", "m.1.up")));
    }

    @Test
    void aTargetThatNamesNothingIsRefused() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> of("up", "p"));
        assertEquals(
                "target must be one of [all-linear, q, up] or a layer's name, but is: p",
                e.getMessage());
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        Set<String> all = Set.of("all-linear");
        assertMessage("rank must be 1 or more, but is: 0", 0, 1, all);
        assertMessage("alpha must be a finite number above 0, but is: -1.0", 1, -1, all);
        assertMessage("targets must be one or more names, but is: []", 1, 1, Set.of());
    }

    private static void assertMessage(String message, int rank, double alpha, Set<String> targets) {
        LoraScaling scaling = LoraScaling.ALPHA_OVER_RANK;
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new LoraConfig(rank, alpha, targets, scaling));
        assertEquals(message, e.getMessage());
    }

    @Test
    void aFreshStartChangesNothingAndFillsItsRange() {
        List<LinearLayer> wide = List.of(new LinearLayer(0, "m.0.q", 0, "q", 6, 1024));
        LoraLayout layout = LoraLayout.of(wide, LoraConfig.defaults());
        float[] values = layout.initial(7);
        float[] a = Arrays.copyOfRange(values, layout.offsetA(0), layout.offsetB(0));
        float[] b = Arrays.copyOfRange(values, layout.offsetB(0), layout.size());
        assertArrayEquals(new float[b.length], b);
        double most = 0;
        double square = 0;
        for (float x : a) {
            most = Math.max(most, Math.abs(x));
            square += (double) x * x / a.length;
        }
        double bound = 1 / Math.sqrt(1024);
        assertTrue(most <= bound && most > 0.99 * bound, "largest " + most);
        assertEquals(bound * bound / 3, square, 0.05 * bound * bound / 3);
    }

    @Test
    void aSeedGivesOneStartWhateverOtherLayersHave() {
        float[] all = of(LoraConfig.ALL_LINEAR).initial(5);
        assertArrayEquals(all, of(LoraConfig.ALL_LINEAR).initial(5));
        assertFalse(Arrays.equals(all, of(LoraConfig.ALL_LINEAR).initial(6)));
        LoraLayout some = of("m.1.q");
        int from = of(LoraConfig.ALL_LINEAR).offsetA(2);
        assertArrayEquals(Arrays.copyOfRange(all, from, from + some.size()), some.initial(5));
    }

    @Test
    void rootScalingDividesByTheRootOfTheRank() {
        LoraConfig config = new LoraConfig(4, 3, Set.of("q"), LoraScaling.ALPHA_OVER_ROOT_RANK);
        assertEquals(1.5, LoraLayout.of(LAYERS, config).scale(0));
    }
}

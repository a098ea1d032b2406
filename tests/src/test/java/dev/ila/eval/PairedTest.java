package dev.ila.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.eval.HeldOut.Loss;
import dev.ila.eval.Paired.Pair;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PairedTest {
    private static HeldOut heldOut(double shift, double noise, long seed) {
        Random tokens = new Random(1);
        Random random = new Random(seed);
        List<Loss> all = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            int n = 5 + tokens.nextInt(40);
            double common = tokens.nextGaussian();
            all.add(new Loss(n * (3 + common + shift + noise * random.nextGaussian()), n));
        }
        return new HeldOut(all);
    }

    @Test
    void whatConversationsHaveInCommonDoesNotWidenTheInterval() {
        Pair pair = new Pair(heldOut(-0.1, 0, 1), heldOut(0, 0, 2));
        Paired p = Paired.of(List.of(List.of(pair)));
        assertEquals(-0.1, p.mean(), 1e-12);
        assertEquals(-0.1, p.low(), 1e-12);
        assertEquals(-0.1, p.high(), 1e-12);
    }

    /** The mean's is that of the two means; 95 % of such intervals hold the truth, about. */
    @Test
    void theIntervalHoldsTheTruthAboutAsOftenAsItSays() {
        int held = 0;
        int repeats = 200;
        for (int i = 0; i < repeats; i++) {
            HeldOut a = heldOut(0.2, 0.3, 10 + i);
            HeldOut b = heldOut(0, 0.3, 1000 + i);
            Paired p = Paired.of(List.of(List.of(new Pair(a, b))));
            assertEquals(a.mean() - b.mean(), p.mean(), 1e-12);
            held += p.low() <= 0.2 && p.high() >= 0.2 ? 1 : 0;
        }
        assertTrue(held >= 0.88 * repeats && held <= 0.99 * repeats, "held " + held);
    }

    @Test
    void seedsThatDifferWidenTheInterval() {
        List<List<Pair>> seeds = new ArrayList<>();
        for (double shift : new double[] {-0.3, 0, 0.3}) {
            seeds.add(List.of(new Pair(heldOut(shift, 0, 1), heldOut(0, 0, 1))));
        }
        Paired p = Paired.of(seeds);
        assertEquals(0, p.mean(), 1e-12);
        assertEquals(-0.3, p.low(), 1e-9);
        assertEquals(0.3, p.high(), 1e-9);
        // Two draws of one seed are averaged.
        Pair more = new Pair(heldOut(0.1, 0, 1), heldOut(0, 0, 1));
        Pair less = new Pair(heldOut(0.3, 0, 1), heldOut(0, 0, 1));
        assertEquals(0.2, Paired.of(List.of(List.of(more, less))).mean(), 1e-12);
    }

    @Test
    void otherConversationsAreNoPair() {
        HeldOut two = new HeldOut(List.of(new Loss(1, 1), new Loss(1, 2)));
        HeldOut one = new HeldOut(List.of(new Loss(1, 1)));
        assertThrows(IllegalArgumentException.class, () -> new Pair(two, one));
        HeldOut other = new HeldOut(List.of(new Loss(1, 1), new Loss(1, 3)));
        assertThrows(IllegalArgumentException.class, () -> new Pair(two, other));
    }
}

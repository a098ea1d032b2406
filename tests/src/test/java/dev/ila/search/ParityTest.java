package dev.ila.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.data.Example;
import dev.ila.model.LanguageModel;
import dev.ila.rank.Correlation;
import dev.ila.rank.Ranking;
import dev.ila.train.Fixture;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Both stages agree with PEFT on the committed batches, in f32. */
class ParityTest {
    private final List<List<Example>> steps = Fixture.steps();

    @Test
    void stage1FollowsPeftsLossCurve() {
        Parity.Stage1 theirs =
                Fixture.json(Fixture.resource("parity/stage1.json"), Parity.Stage1.class);
        assertEquals(60, theirs.losses().length);
        try (LanguageModel model = Fixture.model()) {
            double[] ours = Parity.stage1(model, Fixture.resource("parity/initial"), steps, theirs);
            assertArrayEquals(theirs.losses(), ours, 1e-3);
        }
    }

    @Test
    void stage2FindsPeftsLogits() {
        Parity.Stage2 theirs =
                Fixture.json(Fixture.resource("parity/stage2.json"), Parity.Stage2.class);
        try (LanguageModel model = Fixture.model()) {
            Parity.Ours ours =
                    Parity.stage2(model, Fixture.resource("parity/final"), steps, theirs);
            double[] s = theirs.s(model.layers());
            assertEquals(128, ours.losses().length);
            assertTrue(Parity.deviation(s) >= 0.1, "std(s) " + Parity.deviation(s));
            Parity.assertClose(s, ours.s());
            Ranking ranking = Ranking.ofMask(model.layers(), ours.s());
            double spearman = Correlation.spearman(Ranking.ofMask(model.layers(), s), ranking);
            assertTrue(spearman >= 0.999, "Spearman " + spearman);
            assertArrayEquals(theirs.losses(), ours.losses(), 1e-4);
            assertArrayEquals(theirs.gain(model.layers()), ours.gain(), 1e-5);
        }
    }
}

package dev.ila.truth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.criteria.RunFixture;
import dev.ila.data.Example;
import dev.ila.rank.Correlation;
import dev.ila.rank.LayerScore;
import dev.ila.rank.Ranking;
import dev.ila.search.Delta;
import dev.ila.search.FinishedModel;
import dev.ila.search.Ila;
import dev.ila.search.SearchSettings;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a mask that is learned otherwise ends. */
class MaskVariantTest {
    @TempDir Path folder;

    /** Each against courses of the same settings, which repeat to the last bit. */
    @Test
    void variantsAreWhatTheirNamesSay() {
        Path run = folder.resolve("run");
        SearchSettings made = RunFixture.run(run, Delta.Lora.defaults(), 6);
        List<Example> examples = FinishedModel.trained(run).subList(0, 24);
        try (FinishedModel model =
                FinishedModel.load(made.model(), Optional.of(run), RunFixture.CPU)) {
            Masks few = masks(model, made.with(new Ila.MaskSettings(4, 0.1, 2, 0)), examples);
            assertEquals(
                    few.course(new Ila.MaskSettings(0, 0.1, 2, 0), 0).ranking(2),
                    MaskVariant.FROM_ZERO.learn(few).ranking());
            assertEquals(
                    few.course(new Ila.MaskSettings(0, 1, 2, 0), 0).ranking(2),
                    MaskVariant.FROM_ZERO_FAST.learn(few).ranking());
            double[] mean = new double[few.layers().size()];
            for (int order = 0; order < 5; order++) {
                double[] logits = few.course(few.settings(), order, 0).logits(2);
                Arrays.setAll(mean, i -> mean[i] + logits[i] / 5);
            }
            assertEquals(
                    Ranking.ofMask(few.layers(), mean), MaskVariant.ORDERS.learn(few).ranking());

            Masks many = masks(model, made.with(new Ila.MaskSettings(4, 0.1, 48, 0)), examples);
            Masks.Course course = many.course(many.settings(), 0);
            double first = Correlation.kendall(course.ranking(16), course.ranking(32));
            int end = first >= 0.95 ? 32 : 48;
            Contender settled = MaskVariant.SETTLED.learn(many);
            assertEquals(course.ranking(end), settled.ranking());
            assertEquals((long) end * made.data().batchSize(), settled.read().examples());
        }
    }

    private static Masks masks(FinishedModel of, SearchSettings how, List<Example> examples) {
        return new Masks(
                of.model().network(), of.change(), of.model().layers(), how, examples, n -> {});
    }

    @Test
    void apartGoesOnUntilMasksAreApartAndNoFurther() {
        Path run = folder.resolve("run");
        SearchSettings made = RunFixture.run(run, Delta.Lora.defaults(), 6);
        List<Example> trained = FinishedModel.trained(run);
        SearchSettings settings = made.with(new Ila.MaskSettings(0, 0.1, 3, 1));
        try (FinishedModel model =
                FinishedModel.load(settings.model(), Optional.of(run), RunFixture.CPU)) {
            Masks masks = masks(model, settings, trained.subList(0, 24));
            Contender apart = MaskVariant.APART.learn(masks);
            int steps = Math.toIntExact(apart.read().examples() / settings.data().batchSize());
            assertTrue(steps > 1 && steps < 512, "" + steps);
            assertEquals(List.of(), masks.notes());
            assertTrue(spread(apart) >= 0.2, "" + spread(apart));
            Ila.MaskSettings one = new Ila.MaskSettings(0, 0.1, steps - 1, 1);
            assertTrue(masks.course(one, 0).spread() < 0.2);
        }
    }

    private static double spread(Contender of) {
        List<LayerScore> scores = of.ranking().scores();
        return scores.get(0).score() - scores.get(scores.size() - 1).score();
    }
}

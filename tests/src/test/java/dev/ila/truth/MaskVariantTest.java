package dev.ila.truth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.criteria.RunFixture;
import dev.ila.data.Example;
import dev.ila.rank.LayerScore;
import dev.ila.search.Delta;
import dev.ila.search.FinishedModel;
import dev.ila.search.Ila;
import dev.ila.search.SearchSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a mask that is learned otherwise ends. */
class MaskVariantTest {
    @TempDir Path folder;

    @Test
    void apartGoesOnUntilMasksAreApartAndNoFurther() {
        Path run = folder.resolve("run");
        SearchSettings made = RunFixture.run(run, Delta.Lora.defaults(), 6);
        List<Example> trained = FinishedModel.trained(run);
        SearchSettings settings = made.with(new Ila.MaskSettings(0, 0.1, 3, 1));
        try (FinishedModel model =
                FinishedModel.load(settings.model(), Optional.of(run), RunFixture.CPU)) {
            Masks masks =
                    new Masks(
                            model.model().network(),
                            model.change(),
                            model.model().layers(),
                            settings,
                            trained.subList(0, 24),
                            n -> {});
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

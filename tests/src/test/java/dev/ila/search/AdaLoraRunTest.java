package dev.ila.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.delta.PeftAdapter;
import dev.ila.model.Checkpoint;
import dev.ila.model.LinearLayer;
import dev.ila.run.RunDirectory;
import dev.ila.torch.Compute;
import dev.ila.torch.Precision;
import dev.ila.train.History;
import dev.ila.train.Schedule;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run with AdaLoRA ends with a LoRA adapter whose ranks are the budget's. */
class AdaLoraRunTest {
    private static final int RANK = 3;
    private static final int STEPS = 30;

    /** P, Q and λ begin small: their product needs a higher rate than LoRA's. */
    private static final Schedule SCHEDULE = new Schedule(2e-2, 0, Schedule.Shape.CONSTANT, STEPS);

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theBudgetIsSharedByTheTunedLayers(boolean total) {
        SearchSettings usual = SearchSettings.embedded();
        List<LinearLayer> layers = Checkpoint.open(Path.of(usual.model())).layers();
        List<String> tuned =
                layers.stream().filter(l -> l.block() == 6).map(LinearLayer::name).toList();
        SearchSettings settings =
                usual.with(usual.data().withBatchSize(4).withLimit(80))
                        .with(new Delta.AdaLora(RANK, 5, 10, tuned, total))
                        .with(new Compute("cpu", Precision.F32, 2, false))
                        .with(usual.stage1().with(SCHEDULE))
                        .withSteps(STEPS, 3);
        Outcome outcome;
        Path path = folder.resolve("run");
        try (RunDirectory run = RunDirectory.create(path)) {
            outcome = Search.start(settings, run, new Search.Observer() {});
        }
        PeftAdapter adapter = PeftAdapter.read(path.resolve("adapter"), layers);
        List<Integer> ranks =
                IntStream.range(0, layers.size()).mapToObj(adapter.layout()::rank).toList();
        int sum = ranks.stream().mapToInt(r -> r).sum();
        assertEquals(RANK * (total ? layers.size() : tuned.size()), sum);
        assertTrue(ranks.stream().distinct().count() > 2, ranks.toString());
        // The factor is that of the rank at the beginning.
        int initial = total ? 5 * 56 / 7 : 5;
        for (LinearLayer l : layers) {
            int i = l.index();
            if (adapter.layout().rank(i) > 0) {
                assertEquals(10.0 / initial, adapter.layout().scale(i), 1e-9);
                assertEquals(6, l.block());
            }
        }
        // PEFT's AdaLoRA adapter beside it is the same change.
        DeltaTheta kept = DeltaTheta.read(path, layers);
        DeltaTheta pefts = DeltaTheta.read(path.resolve("adalora"), layers);
        assertEquals(kept.changed(), pefts.changed());
        for (LinearLayer l : kept.changed()) {
            double[][] ours = kept.matrix(l);
            double[][] theirs = pefts.matrix(l);
            for (int row = 0; row < l.outputs(); row++) {
                assertArrayEquals(ours[row], theirs[row], 1e-7);
            }
        }
        // All steps are made, and a ranking of what is left follows.
        List<History.Step> steps = outcome.history().stage(1);
        assertEquals(STEPS, steps.size());
        assertTrue(steps.get(STEPS - 1).loss() < steps.get(0).loss());
        long left = ranks.stream().filter(r -> r > 0).count();
        assertEquals(left, outcome.ranking().orElseThrow().size());
        assertEquals(settings, Runs.settings(path));
    }
}

package dev.ila.search;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.data.Batch;
import dev.ila.data.Example;
import dev.ila.model.LanguageModel;
import dev.ila.model.LinearLayer;
import dev.ila.torch.AdamW;
import dev.ila.torch.Change;
import dev.ila.torch.DeviceVector;
import dev.ila.train.Fixture;
import dev.ila.train.History;
import dev.ila.train.Schedule;
import dev.ila.train.State;
import dev.ila.train.Trainer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/** What PEFT made of some batches, and the same made here. */
final class Parity {
    /** {@code stage1.json}. */
    record Stage1(double lr, int steps, double[] losses) {}

    /** {@code stage2.json}. */
    record Stage2(
            double lr,
            double start,
            int steps,
            double[] losses,
            Map<String, Double> s,
            int plain_batches,
            Map<String, Double> plain_gradient) {
        double[] s(List<LinearLayer> layers) {
            return layers.stream().mapToDouble(l -> s.get(l.name())).toArray();
        }

        double[] gain(List<LinearLayer> layers) {
            return layers.stream().mapToDouble(l -> plain_gradient.get(l.name())).toArray();
        }
    }

    /** What stage 2 gave here. */
    record Ours(double[] s, double[] losses, double[] gain) {}

    private Parity() {}

    /** Losses of stage 1 from an adapter on. */
    static double[] stage1(
            LanguageModel model, Path adapter, List<List<Example>> steps, Stage1 theirs) {
        Change change = Fixture.factors(model, adapter);
        Trainer.Settings settings =
                new Trainer.Settings(
                        1,
                        new Schedule(theirs.lr(), 0, Schedule.Shape.CONSTANT, theirs.steps()),
                        AdamW.Settings.defaults().withMaxNorm(0),
                        0,
                        Optional.empty());
        Trainer trainer =
                new Trainer(model.network(), Ila.stage1(model.network(), change), settings);
        State start = State.start(1, change.values().values(), new History(List.of()));
        History history = trainer.run(batches(steps), List.of(), start, progress -> {});
        change.values().close();
        return losses(history);
    }

    /** Stage 2 with an adapter. */
    static Ours stage2(
            LanguageModel model, Path adapter, List<List<Example>> steps, Stage2 theirs) {
        Change change = Fixture.factors(model, adapter);
        int layers = model.layers().size();
        Ila.MaskSettings settings =
                new Ila.MaskSettings(theirs.start(), theirs.lr(), theirs.steps(), 0);
        try (DeviceVector s = model.network().vector(settings.initial(layers))) {
            Trainer trainer =
                    new Trainer(
                            model.network(), Ila.stage2(change, s, settings), settings.training());
            State start = State.start(2, settings.initial(layers), new History(List.of()));
            History history = trainer.run(batches(steps), List.of(), start, progress -> {});
            List<Batch> first =
                    steps.subList(0, theirs.plain_batches()).stream()
                            .flatMap(rows -> Fixture.batches(rows, 2).stream())
                            .toList();
            double[] gain = Ila.gain(model.network(), change, first);
            return new Ours(doubles(s.values()), losses(history), gain);
        } finally {
            change.values().close();
        }
    }

    private static IntFunction<List<Batch>> batches(List<List<Example>> steps) {
        return step -> Fixture.batches(steps.get(step - 1), steps.get(step - 1).size());
    }

    private static double[] losses(History history) {
        return history.steps().stream().mapToDouble(History.Step::loss).toArray();
    }

    private static double[] doubles(float[] x) {
        double[] out = new double[x.length];
        Arrays.setAll(out, i -> x[i]);
        return out;
    }

    /** Issue 3's tolerances for s in f32. */
    static void assertClose(double[] theirs, double[] ours) {
        double[] apart = apart(theirs, ours);
        Arrays.sort(apart);
        double most = apart[apart.length - 1];
        long far = Arrays.stream(apart).filter(d -> d > 1e-3).count();
        assertTrue(far <= apart.length / 100, far + " layers differ by more than 1e-3, " + most);
        assertTrue(most <= 0.02, "largest difference " + most);
    }

    static double[] apart(double[] a, double[] b) {
        double[] out = new double[a.length];
        Arrays.setAll(out, i -> Math.abs(a[i] - b[i]));
        return out;
    }

    static double deviation(double[] x) {
        double mean = Arrays.stream(x).average().orElseThrow();
        double sum = Arrays.stream(x).map(v -> (v - mean) * (v - mean)).sum();
        return Math.sqrt(sum / (x.length - 1));
    }
}

package dev.ila.search;

import dev.ila.data.Example;
import dev.ila.model.Checkpoint;
import dev.ila.model.LanguageModel;
import dev.ila.run.Require;
import dev.ila.run.Seeds;
import dev.ila.torch.Change;
import dev.ila.torch.Compute;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A model with what a run has learned, or an adapter of anyone's, to be asked. */
public final class FinishedModel implements AutoCloseable {
    private final LanguageModel model;
    private final Change change;

    private FinishedModel(LanguageModel model, Change change) {
        this.model = model;
        this.change = change;
    }

    /**
     * Loads it.
     *
     * @param name of θ₀, as in {@link Named}
     * @param learned a run's directory or a PEFT adapter; empty for θ₀ alone
     */
    public static FinishedModel load(String name, Optional<Path> learned, Compute compute) {
        Checkpoint base = Checkpoint.open(Named.directory(name));
        Optional<DeltaTheta> delta = learned.map(l -> DeltaTheta.read(l, base.layers()));
        Checkpoint others = learned.flatMap(FinishedModel::aligned).orElse(base);
        LanguageModel model = LanguageModel.load(base, others, compute);
        try {
            return new FinishedModel(
                    model,
                    delta.map(d -> d.onto(model.network()))
                            .orElseGet(() -> Change.none(model.network())));
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    /** Whether a directory is a run's. */
    public static boolean isRun(Path directory) {
        return Files.exists(directory.resolve("run.json"));
    }

    private static Optional<Checkpoint> aligned(Path learned) {
        return isRun(learned) ? Runs.settings(learned).delta().aligned() : Optional.empty();
    }

    /** The examples that a run held out of its training. */
    public static List<Example> heldOut(Path run) {
        Require.that(isRun(run), run, "run", "a run's directory, with its run.json");
        SearchSettings settings = Runs.settings(run);
        Checkpoint checkpoint = Checkpoint.open(Named.directory(settings.model()));
        return Examples.read(settings.data(), checkpoint)
                .split(settings.data().heldOut(), Seeds.of(settings.seed()).order())
                .heldOut();
    }

    /** All examples that data is for a model. */
    public static List<Example> examples(String model, SearchSettings.Data data) {
        return Examples.read(data, Checkpoint.open(Named.directory(model))).examples();
    }

    /** θ₀, with its files. */
    public LanguageModel model() {
        return model;
    }

    /** Δθ on its device; of θ₀ alone none. */
    public Change change() {
        return change;
    }

    @Override
    public void close() {
        model.close();
    }
}

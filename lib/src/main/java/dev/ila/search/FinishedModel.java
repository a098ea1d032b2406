package dev.ila.search;

import dev.ila.data.Dataset;
import dev.ila.data.Example;
import dev.ila.model.Checkpoint;
import dev.ila.model.LanguageModel;
import dev.ila.run.Require;
import dev.ila.run.Seeds;
import dev.ila.torch.Change;
import dev.ila.torch.Compute;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A model with what a run has learned, or an adapter of anyone's, to be asked. */
public final class FinishedModel implements AutoCloseable {
    /** Tokens to read side by side where nothing says how much memory there is. */
    public static final int TOKENS = 4096;

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
        LanguageModel model = LanguageModel.load(base, compute);
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

    /**
     * Tokens to read side by side when a run's model is asked: no more than training had, so that
     * memory which was enough for that is enough here, and {@value #TOKENS} at most.
     */
    public static int tokensAtOnce(SearchSettings run) {
        long trained = (long) run.data().microBatch() * run.data().maxLength();
        return (int) Math.min(TOKENS, trained);
    }

    /** Whether a directory is a run's. */
    public static boolean isRun(Path directory) {
        return Files.exists(directory.resolve("run.json"));
    }

    /**
     * The data of a run.
     *
     * @throws IllegalArgumentException if it is not what it was for the run any more
     */
    public static Dataset data(Path run) {
        Require.that(isRun(run), run, "run", "a run's directory, with its run.json");
        SearchSettings settings = Runs.settings(run);
        Dataset data = data(settings.model(), settings.data());
        Map<String, String> now = new TreeMap<>();
        data.sources().forEach(s -> now.put(s.file(), s.sha256()));
        Map<String, String> then = dataOf(run);
        Require.that(now.equals(then), now, "data of " + run, "as the run had it, " + then);
        return data;
    }

    /** What a run held out of its {@link #data(Path)}. */
    public static List<Example> heldOut(Path run, Dataset data) {
        SearchSettings settings = Runs.settings(run);
        return data.split(settings.data().heldOut(), Seeds.of(settings.seed()).order()).heldOut();
    }

    /** What a run trained on. */
    public static List<Example> trained(Path run) {
        SearchSettings settings = Runs.settings(run);
        return data(run)
                .split(settings.data().heldOut(), Seeds.of(settings.seed()).order())
                .train();
    }

    /**
     * What a run did not train on of its files' conversations: those that it held out, then those
     * that its limit left unread.
     */
    public static List<Example> unseen(Path run) {
        Dataset read = data(run);
        SearchSettings settings = Runs.settings(run);
        List<Example> all = data(settings.model(), settings.data().withLimit(0)).examples();
        List<Example> unseen = new ArrayList<>(heldOut(run, read));
        unseen.addAll(all.subList(read.examples().size(), all.size()));
        return unseen;
    }

    /** Examples that data is for a model. */
    public static Dataset data(String model, SearchSettings.Data data) {
        return Examples.read(data, Checkpoint.open(Named.directory(model)));
    }

    /** SHA-256 of the data that a run was made with, by file. */
    public static Map<String, String> dataOf(Path run) {
        return RunFile.read(run.resolve("run.json")).data();
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

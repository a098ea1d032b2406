package dev.ila.criteria;

import dev.ila.data.Dataset;
import dev.ila.data.Example;
import dev.ila.model.Checkpoint;
import dev.ila.model.LanguageModel;
import dev.ila.model.LinearLayer;
import dev.ila.run.Require;
import dev.ila.run.Seeds;
import dev.ila.search.Delta;
import dev.ila.search.DeltaTheta;
import dev.ila.search.FinishedModel;
import dev.ila.search.Named;
import dev.ila.search.SearchSettings;
import dev.ila.search.Session;
import dev.ila.torch.Compute;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is ranked: a model, perhaps with a run's change of it and conversations. Opened anew by each
 * criterion, so that each one's cost is its own.
 */
public final class Subject {
    /** Conversations that are read where nothing says how many. */
    public static final int EXAMPLES = 256;

    /**
     * What was asked for.
     *
     * @param model its name, as {@link Named} knows it
     * @param run a run's directory or a PEFT adapter
     * @param settings of the run, if it is one's directory
     * @param data conversations: those asked for, or else the run's
     * @param examples of them that are read at most
     * @param compute where and how
     * @param seed from which all chance follows
     */
    public record Given(
            String model,
            Optional<Path> run,
            Optional<SearchSettings> settings,
            Optional<SearchSettings.Data> data,
            int examples,
            Compute compute,
            long seed) {
        /** Checks the number of examples. */
        public Given {
            Require.atLeast(1, examples, "--examples");
        }
    }

    /** Is told how far a criterion is. */
    public interface Progress {
        /** Tells nobody. */
        Progress SILENT =
                new Progress() {
                    @Override
                    public void begin(Criterion by, int steps) {}

                    @Override
                    public void done(int steps) {}
                };

        /** A criterion begins, with so many layers or conversations before it. */
        void begin(Criterion by, int steps);

        /** So many of them are done. */
        void done(int steps);
    }

    private final Given given;
    private final Checkpoint checkpoint;
    private final Progress progress;
    private final Optional<Open> open;
    private final Map<String, String> files = new TreeMap<>();

    /**
     * Opens the model's files.
     *
     * @param progress is told how far a criterion is
     */
    public Subject(Given given, Progress progress) {
        this.given = given;
        this.checkpoint = Checkpoint.open(Named.directory(given.model()));
        this.progress = progress;
        this.open = Optional.empty();
    }

    /**
     * A finished run's change, with its own model, data, seed and machine.
     *
     * @param run its directory
     * @param progress is told how far a criterion is
     */
    public static Subject of(Path run, SearchSettings settings, Progress progress) {
        return new Subject(
                new Given(
                        settings.model(),
                        Optional.of(run),
                        Optional.of(settings),
                        Optional.of(settings.data()),
                        EXAMPLES,
                        settings.compute(),
                        settings.seed()),
                progress);
    }

    /**
     * What is open already, and kept in no files. Criteria may close the session: it loads its
     * weights again when it needs them.
     *
     * @param session with the examples that are read
     * @param change of its model
     * @param examples of them that are read at most
     */
    public Subject(Session session, DeltaTheta change, int examples, Progress progress) {
        SearchSettings s = session.settings();
        this.given =
                new Given(
                        s.model(),
                        Optional.empty(),
                        Optional.of(s),
                        Optional.of(s.data()),
                        examples,
                        s.compute(),
                        s.seed());
        this.checkpoint = session.checkpoint();
        this.progress = progress;
        this.open = Optional.of(new Open(session, change));
    }

    private record Open(Session session, DeltaTheta change) {}

    /** What was asked for. */
    public Given given() {
        return given;
    }

    /** The model's files. */
    public Checkpoint checkpoint() {
        return checkpoint;
    }

    /** The model's linear layers, in their order. */
    List<LinearLayer> layers() {
        return checkpoint.layers();
    }

    /** θ₀ᵢ, row by row. */
    float[] weight(LinearLayer layer) {
        return checkpoint.weight(layer).floats();
    }

    /** Δθ of the run. */
    public DeltaTheta change() {
        if (open.isPresent()) {
            return open.get().change();
        }
        Path run = given.run().orElseThrow();
        Optional<SearchSettings> difference =
                given.settings().filter(s -> s.delta() instanceof Delta.Aligned);
        if (difference.isEmpty()) {
            return DeltaTheta.read(run, layers());
        }
        // Such a run keeps no copy of it.
        try (Session session = Session.open(difference.get())) {
            return session.initial();
        }
    }

    /** The conversations to read: the first of those that the run trained on, or of all. */
    List<Example> examples() {
        if (open.isPresent()) {
            return first(open.get().session().split().train());
        }
        SearchSettings.Data data = given.data().orElseThrow();
        Dataset all = FinishedModel.data(given.model(), data);
        List<Example> some =
                given.settings()
                        .map(run -> all.split(data.heldOut(), Seeds.of(run.seed()).order()).train())
                        .orElse(all.examples());
        remember(all);
        return first(some);
    }

    private List<Example> first(List<Example> some) {
        return some.subList(0, Math.min(given.examples(), some.size()));
    }

    /** The run's model and data, to be closed. */
    Session session() {
        if (open.isPresent()) {
            return open.get().session();
        }
        SearchSettings.Data data = given.data().orElseThrow();
        SearchSettings run =
                given.settings()
                        .orElseGet(
                                () ->
                                        SearchSettings.of(
                                                given.model(),
                                                data.files().toArray(String[]::new)));
        Session session = Session.open(run.with(data).with(given.compute()));
        remember(session.data());
        return session;
    }

    private void remember(Dataset data) {
        data.sources().forEach(s -> files.put(s.file(), s.sha256()));
    }

    /** SHA-256 of the data that was read so far, by file. */
    public Map<String, String> files() {
        return Collections.unmodifiableMap(files);
    }

    /** θ₀ on the device, to be closed. */
    public LanguageModel load() {
        Optional<Checkpoint> others = given.settings().flatMap(s -> s.delta().aligned());
        return LanguageModel.load(checkpoint, others.orElse(checkpoint), given.compute());
    }

    /** Whom to tell how far a criterion is. */
    Progress progress() {
        return progress;
    }
}

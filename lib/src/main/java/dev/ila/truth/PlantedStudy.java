package dev.ila.truth;

import dev.ila.criteria.ChangeSize;
import dev.ila.criteria.Criterion;
import dev.ila.criteria.FinalRank;
import dev.ila.criteria.Subject;
import dev.ila.data.Dataset;
import dev.ila.model.Checkpoint;
import dev.ila.model.LinearLayer;
import dev.ila.rank.Ranking;
import dev.ila.run.Require;
import dev.ila.search.DeltaTheta;
import dev.ila.search.FinishedModel;
import dev.ila.search.Ila;
import dev.ila.search.Named;
import dev.ila.search.Search;
import dev.ila.search.SearchSettings;
import dev.ila.search.Session;
import dev.ila.torch.Change;
import dev.ila.torch.Network;
import dev.ila.train.Schedule;
import dev.ila.train.Stability;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * Alignments that are known, planted in several patterns and by several seeds, and how well
 * rankings find them.
 *
 * <p>Stage 2 alone: the mask is learned on the {@link Planted} student, on what the teacher says.
 * The whole pipeline: LoRA on all layers is learned from what the teacher says, from a start and an
 * order of its own, and then ranked by the mask and by each rival. What the teacher says is drawn
 * anew for as many copies of the examples as a stage reads, so that no stage reads a draw twice.
 *
 * @param base model, data, stage 1 of the teacher, stage 2 of the student; the planted layers get
 *     its LoRA, whatever its targets are
 * @param patterns of planted layers
 * @param seeds each gives a trial of each pattern
 * @param pipeline both stages of the whole pipeline, of the same model and data; its stage 2 is
 *     asked alone, too, and the base's after it; empty: nothing of this
 */
public record PlantedStudy(
        SearchSettings base,
        List<PlantedPattern> patterns,
        List<Long> seeds,
        Optional<SearchSettings> pipeline) {
    /** Shuffles of the labels. */
    private static final int SHUFFLES = 1000;

    /** Between the seed of what is planted and that of the fresh fine-tuning. */
    private static final long FRESH = 1_000_003;

    private static final double RATE = 4;
    private static final double MASK_RATE = 10;
    private static final double NANOS = 1e9;

    /** Takes copies. */
    public PlantedStudy {
        patterns = List.copyOf(patterns);
        seeds = List.copyOf(seeds);
        Require.atLeast(1, patterns.size(), "number of patterns");
        Require.atLeast(1, seeds.size(), "number of seeds");
    }

    /**
     * Settings by which planted layers are found: stage 1 at four times the rate and without an
     * early end, so that noise of their singular values costs enough; stage 2 at ten times the rate
     * and from γ = ½.
     *
     * <p>A search's own mask begins at γ = 0.98 and moves s by 0.01 a step: on the embedded model
     * it told planted layers from noise no better than chance, and one that moves by 0.1 from there
     * got far, but let some layers of noise go up and not come back.
     */
    public static SearchSettings thorough(SearchSettings usual) {
        Schedule s = usual.stage1().schedule();
        Ila.MaskSettings m = usual.stage2();
        Schedule fast = new Schedule(RATE * s.rate(), s.warmup(), Schedule.Shape.COSINE, s.steps());
        return usual.with(usual.stage1().with(fast).with(new Stability(Double.MIN_VALUE, 1)))
                .with(
                        new Ila.MaskSettings(
                                0, MASK_RATE * m.rate(), m.steps(), m.sparsity(), m.others()));
    }

    /** Is told how far a study is. */
    public interface Progress {
        /** Tells nobody. */
        Progress SILENT = new Progress() {};

        /**
         * A part of a trial begins.
         *
         * @param what it does, as {@code the mask of the student}
         */
        default void begin(PlantedPattern pattern, long seed, String what) {}

        /** Is told of the steps of each stage. */
        default Search.Observer observer() {
            return new Search.Observer() {};
        }

        /** A trial is done. */
        default void done(PlantedTrial trial) {}
    }

    /**
     * Keeps what is asked in a directory, whatever the patterns and seeds are, or fails if trials
     * of another model, other data or other settings are there.
     */
    public void keep(Path directory) {
        Map<String, String> asked = new TreeMap<>();
        asked.put("model", Checkpoint.open(Named.directory(base.model())).sha256());
        FinishedModel.data(base.model(), base.data())
                .sources()
                .forEach(f -> asked.put("data " + Path.of(f.file()).getFileName(), f.sha256()));
        SearchSettings.Data d = base.data();
        asked.put(
                "batches",
                "%d held out, %d tokens at most, %d conversations at most, %d a step"
                        .formatted(d.heldOut(), d.maxLength(), d.limit(), d.batchSize()));
        asked.put("change", base.delta().toString());
        asked.put("precision", base.compute().precision().name());
        asked.put("teacher", base.stage1().toString());
        asked.put("mask", base.stage2().toString());
        pipeline.ifPresent(
                p -> {
                    asked.put("pipeline's stage 1", p.stage1().toString());
                    asked.put("pipeline's mask", p.stage2().toString());
                });
        Question.keep(directory, asked);
    }

    /** Makes all trials: for each pattern those of all seeds. */
    public List<PlantedTrial> run(Progress progress) {
        List<PlantedTrial> trials = new ArrayList<>();
        try (Session session = Session.open(base)) {
            for (PlantedPattern pattern : patterns) {
                for (long seed : seeds) {
                    trials.add(new Trial(session, pattern, seed, progress).made());
                    progress.done(trials.get(trials.size() - 1));
                }
            }
        }
        return List.copyOf(trials);
    }

    private final class Trial {
        private final Session session;
        private final PlantedPattern pattern;
        private final long seed;
        private final Progress progress;
        private final Random random;

        Trial(Session session, PlantedPattern pattern, long seed, Progress progress) {
            this.session = session.with(base.withSeed(seed));
            this.pattern = pattern;
            this.seed = seed;
            this.progress = progress;
            this.random = new Random(seed);
        }

        PlantedTrial made() {
            long start = System.nanoTime();
            progress.begin(pattern, seed, "the planted layers");
            List<LinearLayer> layers = pattern.of(session.layers(), seed);
            Planted planted = Planted.of(session, layers, random, progress.observer());
            Map<String, Separation> alone = alone(planted);
            Map<String, Separation> whole =
                    pipeline.map(settings -> whole(settings, planted)).orElse(Map.of());
            return new PlantedTrial(
                    pattern,
                    seed,
                    layers.size(),
                    planted.positives().size(),
                    planted.costs().size(),
                    planted.factors().size(),
                    planted.factors().values().stream().mapToDouble(f -> f).max().orElse(1),
                    alone,
                    whole,
                    (System.nanoTime() - start) / NANOS);
        }

        private Map<String, Separation> alone(Planted planted) {
            progress.begin(pattern, seed, "the mask of the student");
            Session taught = taught(session, planted, base.stage2().steps());
            DeltaTheta student = planted.student();
            Ranking mask = mask(taught, base.stage2(), student);
            Map<String, Separation> out = new LinkedHashMap<>();
            out.put(PlantedTrial.MASK, of(mask, planted));
            usual().ifPresent(
                            how ->
                                    out.put(
                                            PlantedTrial.USUAL,
                                            of(mask(taught, how, student), planted)));
            out.put(PlantedTrial.GAIN, of(taught.gain(student), planted));
            out.put(PlantedTrial.HALFWAY, of(halfway(taught, student), planted));
            Ranking norm = ChangeSize.NORM.rank(subject(taught, student)).ranking();
            out.put(PlantedTrial.NORM, of(norm, planted));
            out.put(
                    PlantedTrial.SHUFFLED,
                    Separation.shuffled(
                            mask, planted.positives(), planted.withoutEffect(), SHUFFLES, random));
            return out;
        }

        private Map<String, Separation> whole(SearchSettings settings, Planted planted) {
            progress.begin(pattern, seed, "both stages on what the teacher says");
            int steps =
                    Math.max(
                            settings.stage1().schedule().steps(),
                            Math.max(settings.stage2().steps(), base.stage2().steps()));
            Session fresh = session.with(settings.withSeed(seed + FRESH));
            Session taught = taught(fresh, planted, steps);
            DeltaTheta change = taught.fineTune(progress.observer()).change();
            Map<String, Separation> out = new LinkedHashMap<>();
            out.put(PlantedTrial.MASK, of(mask(taught, base.stage2(), change), planted));
            usual().ifPresent(
                            how ->
                                    out.put(
                                            PlantedTrial.USUAL,
                                            of(mask(taught, how, change), planted)));
            progress.begin(pattern, seed, "the mask's rivals");
            for (Criterion rival : Criterion.all()) {
                // AdaLoRA's is of another fine-tuning.
                if (!(rival instanceof FinalRank)) {
                    Ranking ranking = rival.rank(subject(taught, change)).ranking();
                    out.put(rival.key(), of(ranking, planted));
                }
            }
            return out;
        }

        private Optional<Ila.MaskSettings> usual() {
            return pipeline.map(SearchSettings::stage2).filter(how -> !how.equals(base.stage2()));
        }

        private Ranking mask(Session taught, Ila.MaskSettings how, DeltaTheta change) {
            return taught.with(taught.settings().with(how))
                    .with(taught.split())
                    .learnMask(change, progress.observer())
                    .ranking();
        }

        private static Ranking halfway(Session taught, DeltaTheta change) {
            float[] gamma = new float[taught.layers().size()];
            Arrays.fill(gamma, 0.5f);
            Network network = taught.model().network();
            Change on = change.onto(network);
            try {
                return Ranking.of(
                        taught.layers(), Ila.gain(network, on, gamma, taught.gainBatches()));
            } finally {
                on.values().close();
            }
        }

        private Session taught(Session own, Planted planted, int steps) {
            Dataset.Split split = own.split();
            long read = (long) steps * own.settings().data().batchSize();
            int copies = Math.toIntExact((read - 1) / split.train().size() + 1);
            return own.with(new Teacher(own, planted.teacher()).taught(split, copies, random));
        }

        private static Separation of(Ranking ranking, Planted planted) {
            return Separation.of(ranking, planted.positives(), planted.withoutEffect());
        }

        private static Subject subject(Session session, DeltaTheta change) {
            return new Subject(session, change, Subject.EXAMPLES, Subject.Progress.SILENT);
        }
    }
}

package dev.ila.search;

import dev.ila.run.AtomicFiles;
import dev.ila.run.Failure;
import dev.ila.run.Json;
import dev.ila.run.RunDirectory;
import dev.ila.train.History;
import dev.ila.train.State;
import dev.ila.train.Trainer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Milestones of a run, in its directory below {@code milestones/}: one stage 1 serves them all.
 * While it runs Δθ is kept at every step that may be one; afterwards each milestone has a stage 2
 * of its own, with the batches of the run's.
 */
public final class Milestones {
    private static final Pattern KEPT = Pattern.compile("step-(\\d+)\\.safetensors");

    private final List<Milestone> milestones;
    private final RunDirectory run;
    private final SearchSettings settings;

    /**
     * Those of one run.
     *
     * @param milestones none: nothing is kept
     */
    public Milestones(List<Milestone> milestones, RunDirectory run, SearchSettings settings) {
        this.milestones = List.copyOf(milestones);
        this.run = run;
        this.settings = settings;
    }

    /**
     * What was ranked at a milestone.
     *
     * @param milestone its name
     * @param step of stage 1 after which Δθ was taken
     * @param sparsity of its mask, chosen at each milestone if there were several
     */
    public record Ranked(String milestone, int step, double sparsity) {}

    private Path directory() {
        return run.path().resolve("milestones");
    }

    /** The milestone's scores, as {@code scores.csv}. */
    public static Path scores(Path run, Milestone milestone) {
        return run.resolve("milestones").resolve(milestone.file() + ".csv");
    }

    /** Keeps Δθ if the step may be a milestone. */
    void keep(Trainer.Progress progress) {
        int step = progress.step().step();
        if (milestones.stream().anyMatch(m -> m.mayBe(step, settings.stage1()))) {
            Report.directory(directory());
            State.start(1, progress.state().values(), new History(List.of())).write(file(step));
        }
    }

    /** Milestones of a finished run that have no scores yet. */
    public static List<Milestone> missing(Path run, List<Milestone> milestones) {
        return milestones.stream().filter(m -> !Files.exists(scores(run, m))).toList();
    }

    /**
     * Ranks at each milestone that has no scores yet, then drops the kept Δθ.
     *
     * @throws IllegalArgumentException if stage 1 did not come so far
     */
    public void rank(Search.Observer observer) {
        List<Milestone> missing = missing(run.path(), milestones);
        if (missing.isEmpty()) {
            return;
        }
        Result result = Json.read(run.result(), Result.class);
        int last = result.findings().metrics().get("stage1.steps").intValue();
        try (Session session = Session.open(settings)) {
            for (Milestone milestone : missing) {
                int step = nearest(milestone, last);
                DeltaTheta change = session.initial().learned(State.read(file(step)).values());
                Session.Masked masked = session.learnMask(change, observer);
                Json.write(
                        directory().resolve(milestone.file() + ".json"),
                        new Ranked(milestone.name(), step, masked.sparsity()));
                // Last: whoever finds it need not look further.
                AtomicFiles.write(scores(run.path(), milestone), masked.ranking().toCsv());
            }
        }
        kept().forEach(this::delete);
    }

    private Path file(int step) {
        return directory().resolve("step-" + step + ".safetensors");
    }

    private void delete(int step) {
        try {
            Files.delete(file(step));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s could not be removed: %s".formatted(file(step), Failure.reason(e)), e);
        }
    }

    private int nearest(Milestone milestone, int last) {
        FineTuning how = settings.stage1();
        Optional<Integer> nearest =
                kept().stream()
                        .filter(step -> milestone.mayBe(step, how))
                        .min(Comparator.comparingDouble(s -> milestone.distance(s, last, how)));
        return nearest.orElseThrow(
                () ->
                        new IllegalArgumentException(
                                "milestone must be before the end of stage 1, step %d of %s, but is: %s"
                                        .formatted(last, run.path(), milestone.name())));
    }

    private List<Integer> kept() {
        List<Integer> steps = new ArrayList<>();
        if (!Files.isDirectory(directory())) {
            return steps;
        }
        try (Stream<Path> files = Files.list(directory())) {
            for (Path file : files.sorted().toList()) {
                Matcher name = KEPT.matcher(file.getFileName().toString());
                if (name.matches()) {
                    steps.add(Integer.parseInt(name.group(1)));
                }
            }
            return steps;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s could not be read: %s".formatted(directory(), Failure.reason(e)), e);
        }
    }
}

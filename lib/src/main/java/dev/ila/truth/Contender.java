package dev.ila.truth;

import dev.ila.criteria.Costed;
import dev.ila.criteria.Scored;
import dev.ila.model.LinearLayer;
import dev.ila.rank.LayerScore;
import dev.ila.rank.Ranking;
import dev.ila.run.Failure;
import dev.ila.search.Runs;
import dev.ila.search.SearchSettings;
import dev.ila.train.History;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A ranking that is held against the truth, and what it took.
 *
 * @param name of what it is by
 * @param ranking of the layers with a change
 * @param seconds of time
 * @param read of the data
 * @param peakMemory bytes; 0 where it is not known
 */
public record Contender(
        String name, Ranking ranking, double seconds, Scored.Read read, long peakMemory) {
    /** The ranking by a run's mask. */
    public static final String MASK = "mask";

    /** By a criterion. */
    public static Contender of(Costed by, List<LinearLayer> layers) {
        return new Contender(
                by.by().key(),
                some(by.scored().ranking(), layers),
                by.seconds(),
                by.scored().read(),
                by.peakMemory());
    }

    /**
     * By the mask of a finished search; its cost is that of stage 2, of all masks if it chose among
     * several, each as long as its own, and its memory is not known.
     *
     * @param run its directory
     */
    public static Contender mask(Path run, List<LinearLayer> layers) {
        SearchSettings settings = Runs.settings(run);
        try {
            int masks = settings.stage2().each().size();
            List<History.Step> steps =
                    History.fromCsv(Files.readString(run.resolve("history.csv"))).stage(2);
            return new Contender(
                    MASK,
                    some(Runs.ranking(run, new ArrayList<>()), layers),
                    masks * steps.stream().mapToDouble(History.Step::seconds).sum(),
                    new Scored.Read(
                            (long) masks * steps.size() * settings.data().batchSize(),
                            masks * steps.stream().mapToLong(History.Step::tokens).sum()),
                    0);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "history.csv of %s could not be read: %s".formatted(run, Failure.reason(e)), e);
        }
    }

    /** The ranking among some layers. */
    private static Ranking some(Ranking ranking, List<LinearLayer> layers) {
        Set<String> names = layers.stream().map(LinearLayer::name).collect(Collectors.toSet());
        List<LayerScore> scores =
                ranking.byIndex().stream().filter(s -> names.contains(s.layer().name())).toList();
        return Ranking.of(
                scores.stream().map(LayerScore::layer).toList(),
                scores.stream().mapToDouble(LayerScore::score).toArray());
    }
}

package dev.ila.cli;

import dev.ila.run.Json;
import dev.ila.run.Require;
import dev.ila.search.Search;
import dev.ila.search.SearchSettings;
import dev.ila.train.History;
import dev.ila.truth.PlantedPattern;
import dev.ila.truth.PlantedStudy;
import dev.ila.truth.PlantedTrial;
import dev.ila.view.PlantedReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** Alignments that are planted. */
final class PlantedOptions {
    private static final String ALL = "all";
    private static final int SEEDS = 5;

    @Option(
            names = "--planted",
            split = ",",
            paramLabel = "PATTERNS",
            description =
                    "Instead of runs: alignments in a third of the layers, with noise on the others:"
                            + " scattered, band (of blocks), kinds (of projection), or all; of"
                            + " --model and --data, by default the small ones of the library.")
    private List<String> patterns = List.of();

    @Option(
            names = "--seeds",
            paramLabel = "N",
            description = "With --planted: seeds 1 to N of each pattern. Default: 5.")
    private int seeds = SEEDS;

    /** Whether they are asked for. */
    boolean asked() {
        return !patterns.isEmpty();
    }

    /**
     * Makes the trials that are not there, and the report of all.
     *
     * @param usual model, data, and both stages as a search has them
     * @param directory takes each trial as soon as it is made
     * @param command that makes it again
     * @return what there is to show
     */
    String report(
            SearchSettings usual,
            Path directory,
            String command,
            Progress progress,
            StudyScreen screen) {
        PlantedReport report = new PlantedReport(trials(usual, directory, progress, screen));
        report.write(directory, command);
        return report.text() + "Report: " + directory.resolve("report.html") + "\n";
    }

    private List<PlantedTrial> trials(
            SearchSettings usual, Path directory, Progress progress, StudyScreen screen) {
        Require.atLeast(1, seeds, "--seeds");
        List<PlantedTrial> all = new ArrayList<>();
        SearchSettings thorough = PlantedStudy.thorough(usual);
        List<PlantedPattern> chosen = patterns();
        new PlantedStudy(thorough, chosen, List.of(1L), Optional.of(usual)).keep(directory);
        for (PlantedPattern pattern : chosen) {
            for (long seed = 1; seed <= seeds; seed++) {
                String name = pattern.name().toLowerCase(Locale.ROOT) + "-" + seed;
                Path file = directory.resolve("trials").resolve(name + ".json");
                if (!Files.exists(file)) {
                    PlantedStudy one =
                            new PlantedStudy(
                                    thorough, List.of(pattern), List.of(seed), Optional.of(usual));
                    Json.write(file, one.run(new Shown(name, progress, screen)).get(0));
                }
                all.add(Json.read(file, PlantedTrial.class));
            }
        }
        return all;
    }

    private List<PlantedPattern> patterns() {
        if (patterns.equals(List.of(ALL))) {
            return List.of(PlantedPattern.values());
        }
        List<String> known =
                Stream.of(PlantedPattern.values())
                        .map(p -> p.name().toLowerCase(Locale.ROOT))
                        .toList();
        return patterns.stream()
                .map(
                        p ->
                                PlantedPattern.values()[
                                        known.indexOf(
                                                Require.that(
                                                        known.contains(p),
                                                        p,
                                                        "--planted",
                                                        "of " + String.join(", ", known)))])
                .toList();
    }

    /** Shows how far a trial is. */
    private record Shown(String name, Progress to, StudyScreen screen)
            implements PlantedStudy.Progress {
        @Override
        public void begin(PlantedPattern pattern, long seed, String what) {
            to.note(name + ": " + what);
        }

        @Override
        public Search.Observer observer() {
            return new Search.Observer() {
                @Override
                public void stage(int stage, int done, int steps) {
                    to.stage("stage " + stage, done, steps);
                }

                @Override
                public void step(History.Step step) {
                    to.count(step.step());
                    if (screen.stopAsked()) {
                        throw new CancellationException("stopped; trials that were made are kept");
                    }
                }
            };
        }
    }
}

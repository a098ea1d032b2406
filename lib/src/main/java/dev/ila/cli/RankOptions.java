package dev.ila.cli;

import dev.ila.criteria.Costed;
import dev.ila.criteria.Criterion;
import dev.ila.criteria.Subject;
import dev.ila.run.Host;
import dev.ila.run.Require;
import dev.ila.run.RunDirectory;
import dev.ila.search.FinishedModel;
import dev.ila.search.Runs;
import dev.ila.search.SearchSettings;
import dev.ila.view.RankReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** By which criteria layers are ranked, and of what. */
public final class RankOptions {
    private static final String ALL = "all";

    @ArgGroup(validate = false, order = 0, heading = "%nThe ranking%n")
    private Ranked ranked = new Ranked();

    @Mixin private InputOptions input = new InputOptions();

    @Mixin private MachineOptions machine = new MachineOptions();

    private static final class Ranked {
        @Option(
                names = "--by",
                required = true,
                split = ",",
                paramLabel = "NAMES",
                description = {
                    "Of the model alone: random, first, last, kappa (condition number, the lowest"
                            + " first), spectrum (signal-to-noise ratio within a kind of"
                            + " projection).",
                    "With --run: norm (‖Δθ‖), relative (‖Δθ‖/‖θ₀‖), adalora (the ranks that it"
                            + " left), gain (−∂L/∂γ at γ = 1), fisher.",
                    "With --data or --run: influence (ShortGPT's, of whole blocks).",
                    "all: every one for which enough was given."
                })
        private List<String> by = new ArrayList<>();

        @Option(
                names = "--run",
                paramLabel = "RUN|ADAPTER",
                description =
                        "Where Δθ is: a run of ila-search or ila-tune, whose model and data are"
                                + " taken unless others are given, or a PEFT adapter.")
        private Optional<Path> run = Optional.empty();

        @Option(
                names = "--examples",
                paramLabel = "N",
                description =
                        "Conversations that fisher and influence read at most; gain reads those"
                                + " that the search read for its own. Default: "
                                + Subject.EXAMPLES
                                + ".")
        private int examples = Subject.EXAMPLES;

        @Option(names = "--seed", paramLabel = "N", description = "Of random. Default: 1.")
        private long seed = 1;

        @Option(
                names = "--out",
                paramLabel = "DIR|FILE.csv",
                description =
                        "A directory, new or empty, for a CSV of each criterion, their costs and"
                                + " how they agree; or of one criterion its CSV. Default: the next"
                                + " free of runs/ila-rank-1, ….")
        private Optional<Path> out = Optional.empty();
    }

    /**
     * Ranks by each criterion and keeps what comes out.
     *
     * @param colour whether the terminal shows it
     * @return what there is to show
     */
    public String rank(Progress progress, boolean colour) {
        Subject.Given given = given();
        List<Criterion> criteria = criteria(given);
        Subject subject = new Subject(given, shown(progress));
        Optional<Path> file = ranked.out.filter(o -> o.toString().endsWith(".csv"));
        Require.that(
                file.isEmpty() || criteria.size() == 1,
                file.map(Path::toString).orElse(""),
                "--out",
                "a directory for several criteria");
        Host host = RankReport.host(given);
        if (file.isPresent()) {
            RankReport report = new RankReport(subject, run(criteria, subject), host);
            report.writeOne(file.get());
            return report.text(colour) + "Ranking: " + file.get() + "\n";
        }
        try (RunDirectory directory = CommonOptions.newRun("ila-rank", ranked.out)) {
            RankReport report = new RankReport(subject, run(criteria, subject), host);
            report.write(directory.path());
            return report.text(colour) + "Run directory: " + directory.path() + "\n";
        }
    }

    private static List<Costed> run(List<Criterion> criteria, Subject subject) {
        List<Costed> all = new ArrayList<>();
        criteria.forEach(c -> all.add(Costed.of(c, subject)));
        return all;
    }

    private static Subject.Progress shown(Progress progress) {
        return new Subject.Progress() {
            @Override
            public void begin(Criterion by, int steps) {
                progress.stage(by.key(), steps);
            }

            @Override
            public void done(int steps) {
                progress.count(steps);
            }
        };
    }

    private List<Criterion> criteria(Subject.Given given) {
        if (ranked.by.equals(List.of(ALL))) {
            return Criterion.all().stream().filter(c -> c.fits(given)).toList();
        }
        List<Criterion> criteria = ranked.by.stream().map(Criterion::named).toList();
        Require.that(
                criteria.stream().distinct().count() == criteria.size(),
                String.join(",", ranked.by),
                "--by",
                "of different criteria");
        criteria.forEach(c -> c.check(given));
        return criteria;
    }

    private Subject.Given given() {
        Optional<SearchSettings> settings =
                ranked.run.filter(FinishedModel::isRun).map(Runs::settings);
        String model =
                input.model()
                        .or(() -> settings.map(SearchSettings::model))
                        .orElseGet(() -> SearchSettings.embedded().model());
        return new Subject.Given(
                model,
                ranked.run,
                settings,
                input.data(settings),
                ranked.examples,
                machine.compute(),
                ranked.seed);
    }
}

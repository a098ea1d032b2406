package dev.ila.cli;

import dev.ila.criteria.Criterion;
import dev.ila.criteria.Subject;
import dev.ila.run.Host;
import dev.ila.run.Require;
import dev.ila.search.FinishedModel;
import dev.ila.search.Runs;
import dev.ila.search.SearchSettings;
import dev.ila.study.Studies;
import dev.ila.study.Study;
import dev.ila.truth.Findings;
import dev.ila.truth.MaskVariant;
import dev.ila.truth.Trial;
import dev.ila.truth.Truth;
import dev.ila.view.RankReport;
import dev.ila.view.TruthReport;
import dev.ila.view.TruthSummary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Which runs' layers are taken apart, and which rankings are held against what they are worth. */
public final class TruthOptions {
    private static final String ALL = "all";
    private static final String STUDY = ".json";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "RUN|STUDY",
            description =
                    "Runs of ila-search or ila-tune, or adapters; or a study's definition, a JSON"
                            + " file, whose runs are made first, in study/ of --out.")
    private List<Path> subjects = List.of();

    @ArgGroup(validate = false, order = 0, heading = "%nThe truth%n")
    private Asked asked = new Asked();

    @ArgGroup(validate = false, order = 1, heading = "%nPlanted alignments%n")
    private PlantedOptions planted = new PlantedOptions();

    @Mixin private InputOptions input = new InputOptions();

    @Mixin private MachineOptions machine = new MachineOptions();

    private static final class Asked {
        @Option(
                names = "--by",
                split = ",",
                paramLabel = "NAMES",
                description =
                        "Rankings beside the mask's, as of ila-rank; none: the mask's alone."
                                + " Default: all for which enough is there.")
        private List<String> by = List.of(ALL);

        @Option(
                names = "--masks",
                split = ",",
                paramLabel = "NAMES",
                description =
                        "Masks of the same change, learned otherwise: mask-from-0,"
                                + " mask-from-0-fast, mask-apart,"
                                + " mask-5-orders, mask-settled, mask-sparse, or all."
                                + " Default: none.")
        private List<String> masks = List.of();

        @Option(
                names = "--tokens",
                paramLabel = "N",
                description =
                        "Supervised tokens that are read at least, if the run left as many"
                                + " untrained. Default: ${DEFAULT-VALUE}.")
        private int tokens = 16_000;

        @Option(
                names = "--tokens-at-once",
                paramLabel = "N",
                description =
                        "Tokens that are read side by side, which are what is lost when it is"
                                + " stopped. Default: ${DEFAULT-VALUE}.")
        private int atOnce = 1024;

        @Option(
                names = "--cuts",
                split = ",",
                paramLabel = "SHARE",
                description =
                        "Shares of the layers at which the first ones are kept alone, and left"
                                + " out. Default: 0.1,0.25,0.5,0.75.")
        private List<Double> cuts = List.of(0.1, 0.25, 0.5, 0.75);

        @Option(
                names = "--orders",
                paramLabel = "N",
                description =
                        "Orders by chance, and of layers with equal scores. Default:"
                                + " ${DEFAULT-VALUE}.")
        private int orders = 5;

        @Option(
                names = "--examples",
                paramLabel = "N",
                description =
                        "Conversations that fisher and influence read at most. Default: "
                                + Subject.EXAMPLES
                                + ".")
        private int examples = Subject.EXAMPLES;

        @Option(
                names = "--seed",
                paramLabel = "N",
                description = "Of all chance. Default: ${DEFAULT-VALUE}.")
        private long seed = 1;

        @Option(
                names = "--out",
                paramLabel = "DIR",
                description =
                        "Losses and report; the same command with the same directory goes on, and"
                                + " measures nothing twice. Default: runs/ila-truth.")
        private Path out = Path.of("runs", "ila-truth");
    }

    /**
     * Takes the layers of each run apart, and holds the rankings against what they are worth.
     *
     * @param screen shows how a study's runs go
     * @return what there is to show
     */
    public String truth(StudyScreen screen, Function<String, Progress> progress) {
        Require.that(
                planted.asked() == subjects.isEmpty(),
                subjects,
                "RUN",
                "given, or --planted, and not both");
        if (planted.asked()) {
            return planted(screen, progress);
        }
        Truth.Settings settings =
                new Truth.Settings(
                        asked.tokens, asked.atOnce, asked.cuts, asked.orders, asked.seed);
        List<Path> runs = runs(screen);
        List<Findings> all = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (Path run : runs) {
            String name = run.normalize().toAbsolutePath().getFileName().toString();
            Path out = runs.size() == 1 ? asked.out : asked.out.resolve(name);
            try (Progress shown = progress.apply(name)) {
                Counted counted = new Counted(shown, screen);
                Subject subject = new Subject(given(run), counted);
                Host host = RankReport.host(subject.given());
                List<Criterion> rivals = criteria(subject.given());
                Findings found =
                        new Trial(run, subject, settings, out, counted)
                                .findings(rivals, masks(run));
                TruthReport report = new TruthReport(found);
                report.write(out, subject, host, CommonOptions.command("ila-truth", spec));
                text.append(runs.size() == 1 ? report.text() : "");
                all.add(found);
            }
        }
        if (runs.size() > 1) {
            TruthSummary summary = new TruthSummary(all);
            summary.write(asked.out, CommonOptions.command("ila-truth", spec));
            text.append(summary.text());
        }
        return text.append("Report: ")
                .append(asked.out.resolve("report.html"))
                .append('\n')
                .toString();
    }

    private String planted(StudyScreen screen, Function<String, Progress> progress) {
        SearchSettings usual =
                input.model()
                        .map(m -> SearchSettings.of(m, input.data().toArray(String[]::new)))
                        .orElseGet(SearchSettings::embedded);
        SearchSettings.Data data = input.data(Optional.of(usual)).orElseThrow();
        try (Progress shown = progress.apply("planted")) {
            return planted.report(
                    usual.with(data).with(machine.compute()),
                    asked.out,
                    CommonOptions.command("ila-truth", spec),
                    shown,
                    screen);
        }
    }

    private List<Path> runs(StudyScreen screen) {
        List<Path> runs = new ArrayList<>();
        for (Path subject : subjects) {
            if (!subject.toString().endsWith(STUDY)) {
                Require.that(
                        Files.isDirectory(subject),
                        subject,
                        "run",
                        "a run's directory, or a study");
                runs.add(subject);
                continue;
            }
            Study study = Study.read(subject);
            Studies studies = new Studies(study, asked.out.resolve("study"));
            study.models()
                    .forEach((name, model) -> InputOptions.model("model " + name, model, spec));
            study.data()
                    .forEach(
                            (name, set) ->
                                    InputOptions.data("data set " + name, set.files(), spec));
            studies.run(screen);
            study.runs().forEach(run -> runs.add(studies.path(run)));
        }
        return runs;
    }

    private List<Criterion> criteria(Subject.Given given) {
        if (asked.by.equals(List.of(ALL))) {
            // Orders by chance stand beside all rankings anyway.
            return Criterion.all().stream()
                    .filter(c -> c.fits(given) && !c.key().equals("random"))
                    .toList();
        }
        List<Criterion> criteria =
                asked.by.stream().filter(b -> !b.equals("none")).map(Criterion::named).toList();
        criteria.forEach(c -> c.check(given));
        return criteria;
    }

    private List<MaskVariant> masks(Path run) {
        Require.that(
                asked.masks.isEmpty() || Files.exists(run.resolve("scores.csv")),
                run,
                "run of --masks",
                "one of ila-search, with a mask");
        return asked.masks.equals(List.of(ALL))
                ? List.of(MaskVariant.values())
                : asked.masks.stream().map(MaskVariant::named).toList();
    }

    /** Shows how far something is, and ends it when the user wants that. */
    private record Counted(Progress to, StudyScreen screen)
            implements Subject.Progress, Trial.Progress {
        @Override
        public void begin(Criterion by, int steps) {
            begin(by.key(), steps);
        }

        @Override
        public void begin(String name, int steps) {
            to.stage(name, steps);
        }

        @Override
        public void done(int steps) {
            to.count(steps);
            if (screen.stopAsked()) {
                throw new CancellationException("stopped; what was measured is kept");
            }
        }
    }

    private Subject.Given given(Path run) {
        Optional<SearchSettings> settings =
                Optional.of(run).filter(FinishedModel::isRun).map(Runs::settings);
        String model =
                input.model()
                        .or(() -> settings.map(SearchSettings::model))
                        .orElseGet(() -> SearchSettings.embedded().model());
        Optional<SearchSettings.Data> data = input.data(settings);
        Require.that(
                data.isPresent(),
                "none",
                "data of " + run,
                "conversations; give them with --data, or a run of ila-search or ila-tune");
        return new Subject.Given(
                model,
                Optional.of(run),
                settings,
                data,
                asked.examples,
                machine.compute(),
                asked.seed);
    }
}

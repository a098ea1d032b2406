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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Which runs' layers are taken apart, and which rankings are held against what they are worth. */
public final class TruthOptions {
    private static final String STUDY = ".json";
    private static final List<String> OF_RUNS =
            List.of("--by", "--masks", "--tokens", "--tokens-at-once", "--cuts", "--orders");

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
    private TruthAsked asked = new TruthAsked();

    @ArgGroup(validate = false, order = 1, heading = "%nPlanted alignments%n")
    private PlantedOptions planted = new PlantedOptions();

    @Mixin private InputOptions input = new InputOptions();

    @Mixin private MachineOptions machine = new MachineOptions();

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
        for (String name : planted.asked() ? OF_RUNS : List.of("--seeds")) {
            Require.that(
                    !spec.commandLine().getParseResult().hasMatchedOption(name),
                    "given",
                    name,
                    planted.asked() ? "left out with --planted" : "given with --planted only");
        }
        if (planted.asked()) {
            return planted(screen, progress);
        }
        Truth.Settings settings = asked.settings(input.data(Optional.empty()));
        List<Path> runs = runs(screen);
        List<String> names = runs.stream().map(TruthOptions::name).toList();
        Require.that(
                names.stream().distinct().count() == names.size(),
                names,
                "names of runs",
                "different, since their results stand beside each other");
        List<Findings> all = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (Path run : runs) {
            String name = name(run);
            Path out = runs.size() == 1 ? out() : out().resolve(name);
            try (Progress shown = progress.apply(name)) {
                Counted counted = new Counted(shown, screen);
                Subject subject = new Subject(given(run), counted);
                Host host = RankReport.host(subject.given());
                List<Criterion> rivals = asked.criteria(subject.given());
                Findings found =
                        new Trial(run, subject, settings, out, counted)
                                .findings(rivals, asked.masks(run));
                TruthReport report = new TruthReport(found);
                report.write(out, subject, host, CommonOptions.command("ila-truth", spec));
                text.append(runs.size() == 1 ? report.text() : "");
                all.add(found);
            }
        }
        if (runs.size() > 1) {
            TruthSummary summary = new TruthSummary(all);
            summary.write(out(), CommonOptions.command("ila-truth", spec));
            text.append(summary.text());
        }
        return text.append("Report: ").append(out().resolve("report.html")).append('\n').toString();
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
                    out(),
                    CommonOptions.command("ila-truth", spec),
                    shown,
                    screen);
        }
    }

    private static String name(Path run) {
        return run.normalize().toAbsolutePath().getFileName().toString();
    }

    private Path out() {
        return asked.out()
                .orElse(Path.of("runs", planted.asked() ? "ila-truth-planted" : "ila-truth"));
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
            Studies studies = new Studies(study, out().resolve("study"));
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
        return new Subject.Given(
                model,
                Optional.of(run),
                settings,
                settings.map(SearchSettings::data),
                asked.examples(),
                machine.compute(),
                asked.seed());
    }
}

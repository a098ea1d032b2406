package dev.ila.cli;

import dev.ila.run.Require;
import dev.ila.study.Cluster;
import dev.ila.study.Studies;
import dev.ila.study.Study;
import dev.ila.study.StudyPackage;
import dev.ila.view.Tables;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Which study, and what of it. */
public final class StudyOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Parameters(
            paramLabel = "STUDY",
            description = "The study's definition, a JSON file; with --verify a package of one.")
    private Path file;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "Where its runs and its report are. Default: runs/NAME of the file; with"
                            + " --verify runs/NAME-again.")
    private Optional<Path> out = Optional.empty();

    @Option(names = "--plan", description = "Show runs and cost; make nothing.")
    private boolean plan;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "RUN",
            description = "Make these runs only; no report.")
    private List<String> only = new ArrayList<>();

    @Option(
            names = "--package",
            paramLabel = "ZIP",
            description =
                    "At the end pack definition, results and provenance; data by hash, not by"
                            + " content.")
    private Optional<Path> zip = Optional.empty();

    @Option(
            names = "--with",
            paramLabel = "FILE",
            description = "With --package: put this file in too, as a notebook that was used.")
    private List<Path> more = new ArrayList<>();

    @Option(
            names = "--verify",
            description = "Make the package's runs, or those of --only, again; say what differs.")
    private boolean verify;

    @Option(
            names = "--spark",
            paramLabel = "MASTER",
            description =
                    "Make the runs on a Spark cluster, as spark://HOST:7077; paths must be absolute"
                            + " and the same on every machine.")
    private Optional<String> spark = Optional.empty();

    @Option(
            names = "--spark-conf",
            paramLabel = "KEY=VALUE",
            description = "A setting of Spark's, as spark.executor.memory=4g.")
    private Map<String, String> settings = new LinkedHashMap<>();

    /** The name of the file, without its ending. */
    public String title() {
        return file.getFileName().toString().replaceFirst("\\.(json|zip)$", "");
    }

    /** The command that makes the report again. */
    public String command() {
        return "ila-study " + file.getFileName();
    }

    /** Whether only the plan is wanted. */
    public boolean plan() {
        return plan;
    }

    /** Whether the file is a package to verify. */
    public boolean verify() {
        return verify;
    }

    /** Whether a part of the study is wanted. */
    public boolean part() {
        return !only.isEmpty();
    }

    /** The study and its directory. */
    public Studies studies() {
        Study study = Study.read(file);
        Studies studies = new Studies(study, directory());
        study.models().forEach((name, model) -> InputOptions.model("model " + name, model, spec));
        study.data()
                .forEach((name, set) -> InputOptions.data("data set " + name, set.files(), spec));
        List<String> names = study.runs().stream().map(Study.Run::name).toList();
        for (String name : only) {
            Require.that(names.contains(name), name, "--only", "one of " + names);
        }
        return studies.only(only);
    }

    private Path directory() {
        return out.orElse(Path.of("runs", verify ? title() + "-again" : title()));
    }

    /** Makes what is left to do, here or on a cluster. */
    public void run(Studies studies, StudyScreen screen) {
        if (spark.isPresent()) {
            Cluster.find().run(studies, spark.get(), settings, screen.all());
        } else {
            studies.run(screen);
        }
    }

    /** Packs the finished study, if that was asked for; says so. */
    public String pack(Studies studies) {
        zip.ifPresent(to -> StudyPackage.write(studies, file, more, to));
        return zip.map(to -> "Package: " + to + "\n").orElse("");
    }

    /** Makes a package's runs again and says what differs. */
    public String verify(Studies.Observer observer) {
        Require.that(spark.isEmpty(), "given", "--spark with --verify", "left out");
        StringBuilder text = new StringBuilder();
        StudyPackage.verify(file, only, directory(), observer)
                .forEach(
                        (run, differences) -> {
                            text.append(run).append(": ");
                            text.append(
                                    differences.isEmpty()
                                            ? "no difference\n"
                                            : Tables.text(Tables.differences(differences)));
                        });
        return text.toString();
    }
}

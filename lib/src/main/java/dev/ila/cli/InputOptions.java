package dev.ila.cli;

import dev.ila.run.Require;
import dev.ila.search.Named;
import dev.ila.search.SearchSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which model and which conversations: the options of every script that reads either. */
public final class InputOptions {
    private static final int DEFAULT_MAX_LENGTH = SearchSettings.Data.MAX_LENGTH;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @ArgGroup(validate = false, order = 1, heading = "%nModel and data%n")
    private Input input = new Input();

    private static final class Input {
        @Option(
                names = "--model",
                paramLabel = "DIR|ORG/NAME",
                description =
                        "Hugging Face model: a directory with config.json, model.safetensors or its"
                                + " shards, and tokenizer.json; or the name of one on the hub, with"
                                + " @REVISION if not main. Default: the small model that comes with"
                                + " the library.")
        private Optional<String> model = Optional.empty();

        @Option(
                names = "--data",
                paramLabel = "FILE|ORG/NAME",
                description =
                        "Conversations: a file in JSON, JSON lines, Parquet, CSV or TSV; or the"
                                + " name of a data set on the hub, with @REVISION and :SPLIT or"
                                + " :CONFIGURATION/SPLIT if not main's train. Give it again for"
                                + " more. Three sets come with the library: terse, polite (the"
                                + " default) and steps.")
        private List<String> data = new ArrayList<>();

        @Option(
                names = "--format",
                paramLabel = "NAME",
                description = "Form of the records. Default: found out from the first record.")
        private Optional<String> format = Optional.empty();

        @Option(
                names = "--columns",
                paramLabel = "NAME=COLUMN",
                split = ",",
                description =
                        "Read the records' COLUMN as NAME, and only those that are named:"
                                + " question=Problem,answer=Thoughts+Result. NAME is as in a known"
                                + " form; + joins several. Default: as they are named.")
        private Map<String, String> columns = new TreeMap<>();

        @Option(
                names = "--limit",
                paramLabel = "N",
                description =
                        "Read the first N usable conversations only; of these those longer than"
                                + " --max-length are left out. Default: all.")
        private Optional<Integer> limit = Optional.empty();

        @Option(
                names = "--max-length",
                paramLabel = "TOKENS",
                description =
                        "Leave out longer conversations; how many is reported. Default: "
                                + DEFAULT_MAX_LENGTH
                                + ".")
        private int maxLength = DEFAULT_MAX_LENGTH;
    }

    /**
     * The model, as {@link Named#model} pins it; empty for the one that comes with the library.
     * What the hub has and the cache has not is downloaded.
     */
    public Optional<String> model() {
        return input.model.map(m -> model("--model", m, spec));
    }

    /** The model's name as it was given, if it was. */
    List<String> named() {
        return input.model.stream().toList();
    }

    /** Names of data sets as they were given. */
    List<String> namedData() {
        return List.copyOf(input.data);
    }

    /** Options that were given for data, without data. */
    List<String> withoutData() {
        List<String> given = new ArrayList<>();
        for (String name : List.of("--format", "--columns", "--limit", "--max-length")) {
            if (input.data.isEmpty()
                    && spec.commandLine().getParseResult().hasMatchedOption(name)) {
                given.add(name);
            }
        }
        return given;
    }

    /** The same for another option with a model, of a command that shows what it downloads. */
    static String model(String option, String name, CommandSpec spec) {
        try (DownloadProgress progress = DownloadProgress.of(spec)) {
            String pinned = Named.model(name, progress);
            Require.that(
                    Named.isModel(pinned),
                    name,
                    option,
                    "a directory that exists, or a model of the hub as ORG/NAME");
            return pinned;
        }
    }

    /**
     * Data sets, as {@link Named#data} pins them; none for those that come with the library. What
     * the hub has and the cache has not is downloaded.
     */
    public List<String> data() {
        return data("--data", input.data, spec);
    }

    /** The same of names from elsewhere. */
    static List<String> data(String option, List<String> names, CommandSpec spec) {
        List<String> pinned = new ArrayList<>();
        try (DownloadProgress progress = DownloadProgress.of(spec)) {
            for (String name : names) {
                String found = Named.data(name, progress);
                Require.that(
                        Named.isData(found),
                        name,
                        option,
                        "a file that exists, or a data set of the hub as ORG/NAME");
                pinned.add(found);
            }
        }
        return pinned;
    }

    /** Conversations that were named, or else a run's; empty if neither is there. */
    Optional<SearchSettings.Data> data(Optional<SearchSettings> run) {
        List<String> idle = withoutData();
        Require.that(idle.isEmpty(), "without", String.join(", ", idle), "given with --data");
        List<String> files = data();
        if (files.isEmpty()) {
            return run.map(SearchSettings::data);
        }
        SearchSettings.Data usual = SearchSettings.Data.of(files.toArray(String[]::new));
        return Optional.of(
                new SearchSettings.Data(
                        usual.files(),
                        format().orElse(""),
                        columns(),
                        maxLength(),
                        limit().orElse(0),
                        usual.heldOut(),
                        usual.batchSize(),
                        usual.microBatch()));
    }

    /** Name of the records' form; empty if it is to be detected. */
    public Optional<String> format() {
        return input.format;
    }

    /** Columns that stand for the names of a known form; empty if none does. */
    public Map<String, String> columns() {
        return input.columns;
    }

    /** How many conversations to use at most; empty for all. */
    public OptionalInt limit() {
        return input.limit
                .map(n -> OptionalInt.of(Require.atLeast(1, n, "--limit")))
                .orElse(OptionalInt.empty());
    }

    /** Length in tokens of the longest conversation to use. */
    public int maxLength() {
        return Require.atLeast(2, input.maxLength, "--max-length");
    }
}

package dev.ila.cli;

import dev.ila.data.Demo;
import dev.ila.run.Require;
import dev.ila.search.SearchSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Which model and which conversations: the options of every script that reads either. */
public final class InputOptions {
    private static final int DEFAULT_MAX_LENGTH = SearchSettings.Data.MAX_LENGTH;

    @ArgGroup(validate = false, order = 1, heading = "%nModel and data%n")
    private Input input = new Input();

    private static final class Input {
        @Option(
                names = "--model",
                paramLabel = "DIR",
                description =
                        "Directory of a Hugging Face model: config.json, model.safetensors or its"
                                + " shards, tokenizer.json. Default: the small model that comes with"
                                + " the library.")
        private Optional<Path> model = Optional.empty();

        @Option(
                names = "--data",
                paramLabel = "FILE",
                description =
                        "File of conversations: JSON, JSON lines, Parquet, CSV or TSV. Give it again"
                                + " for more files. Three sets come with the library: terse,"
                                + " polite (the default) and steps.")
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
                description = "Use the first N usable conversations only. Default: all.")
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

    /** The model's directory; empty for the one that comes with the library. */
    public Optional<Path> model() {
        input.model.ifPresent(
                m -> Require.that(Files.isDirectory(m), m, "--model", "a directory that exists"));
        return input.model;
    }

    /**
     * Files of conversations; none for those that come with the library. A name of {@link
     * Demo#datasets} stands for that set.
     */
    public List<String> data() {
        List<String> files = new ArrayList<>();
        for (String d : input.data) {
            Path file = Demo.resolve(d);
            Require.that(Files.isRegularFile(file), d, "--data", "a file that exists");
            files.add(file.toString());
        }
        return files;
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

package dev.ila.cli;

import dev.ila.data.Demo;
import dev.ila.run.Require;
import dev.ila.run.RunDirectory;
import dev.ila.run.Seeds;
import dev.ila.torch.Compute;
import dev.ila.torch.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/**
 * The options that mean the same in every script; a script takes them in with picocli's
 * {@code @Mixin}. Values are checked where they are asked for.
 */
public final class CommonOptions {
    private static final int DEFAULT_MAX_LENGTH = 1024;

    @ArgGroup(validate = false, heading = "%nModel and data%n")
    private Input input = new Input();

    @ArgGroup(validate = false, heading = "%nThe run%n")
    private Run run = new Run();

    @ArgGroup(validate = false, heading = "%nThe machine%n")
    private Machine machine = new Machine();

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
                        "File of conversations, a JSON array or one JSON object a line. Give it"
                                + " again for more files. Three sets come with the library: terse,"
                                + " polite (the default) and steps.")
        private List<String> data = new ArrayList<>();

        @Option(
                names = "--format",
                paramLabel = "NAME",
                description = "Form of the records. Default: found out from the first record.")
        private Optional<String> format = Optional.empty();

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

    private static final class Run {
        @Option(
                names = "--out",
                paramLabel = "DIR",
                description =
                        "Run directory, new or empty: everything that the run keeps. Default: the"
                                + " next free of runs/COMMAND-1, runs/COMMAND-2, ….")
        private Optional<Path> out = Optional.empty();

        @Option(
                names = "--resume",
                description =
                        "Go on with the run in --out from its last checkpoint. The result is that"
                                + " of a run that was never interrupted.")
        private boolean resume;

        @Option(
                names = "--seed",
                paramLabel = "N",
                description =
                        "All chance follows from it. The same seed and --threads on the same"
                                + " processor give the same scores. Default: 1.")
        private long seed = 1;

        @Option(names = "--verbose", description = "Show the stack trace if the command fails.")
        private boolean verbose;
    }

    private static final class Machine {
        @Option(
                names = "--device",
                paramLabel = "NAME",
                description = "cpu, cuda, or cuda:1 for the second of several. Default: cpu.")
        private String device = "cpu";

        @Option(
                names = "--precision",
                paramLabel = "TYPE",
                description =
                        "f32 or bf16: numbers of the frozen weights and of what is computed with"
                                + " them. bf16 takes half the memory and repeats as exactly, but"
                                + " rounds more. Default: f32.")
        private Precision precision = Precision.F32;

        @Option(
                names = "--threads",
                paramLabel = "N",
                description =
                        "Threads that compute. Another number rounds differently. Default: the"
                                + " processors of this machine.")
        private int threads = Runtime.getRuntime().availableProcessors();

        @Option(
                names = "--recompute",
                description =
                        "Keep each block's input only and compute the rest again on the way back:"
                                + " less memory, a third more time.")
        private boolean recompute;
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
            if (Demo.datasets().contains(d) && !Files.exists(Path.of(d))) {
                files.add(Demo.dataset(cache(), d).toString());
            } else {
                Require.that(Files.isRegularFile(Path.of(d)), d, "--data", "a file that exists");
                files.add(d);
            }
        }
        return files;
    }

    /** Where what comes with the library is unpacked. */
    public static Path cache() {
        String home = System.getenv("XDG_CACHE_HOME");
        boolean set = home != null && !home.isEmpty();
        return (set ? Path.of(home) : Path.of(System.getProperty("user.home"), ".cache"))
                .resolve("ila");
    }

    /** Name of the records' form; empty if it is to be detected. */
    public Optional<String> format() {
        return input.format;
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

    /**
     * Opens the run's directory: a new one, or with {@code --resume} that of the begun run.
     *
     * @param command the script's name, for the default directory
     */
    public RunDirectory openRun(String command) {
        if (!run.resume) {
            return RunDirectory.create(run.out.orElseGet(() -> nextFree(command)));
        }
        Path out =
                run.out.orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "--out must be given with --resume, but is: absent; name"
                                                + " the directory of the run to go on with"));
        return RunDirectory.open(out);
    }

    private static Path nextFree(String command) {
        int n = 1;
        while (Files.exists(Path.of("runs", command + "-" + n))) {
            n++;
        }
        return Path.of("runs", command + "-" + n);
    }

    /** Whether to go on with a begun run. */
    public boolean resume() {
        return run.resume;
    }

    /** The number from which all chance follows. */
    public long seed() {
        return run.seed;
    }

    /** A seed for each use of chance. */
    public Seeds seeds() {
        return Seeds.of(run.seed);
    }

    /** Whether to show stack traces. */
    public boolean verbose() {
        return run.verbose;
    }

    /** Device, precision and threads. */
    public Compute compute() {
        return new Compute(machine.device, machine.precision, machine.threads, machine.recompute);
    }
}

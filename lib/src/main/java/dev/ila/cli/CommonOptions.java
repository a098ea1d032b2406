package dev.ila.cli;

import dev.ila.run.RunDirectory;
import dev.ila.run.Seeds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The options that mean the same in every script; a script takes them in with picocli's
 * {@code @Mixin}. Values are checked where they are asked for.
 */
public final class CommonOptions {
    private static final Set<String> WITH_RESUME =
            Set.of("--out", "--resume", "--threads", "--verbose", "--merge");

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin private InputOptions input = new InputOptions();

    @ArgGroup(validate = false, order = 2, heading = "%nThe run%n")
    private Run run = new Run();

    @Mixin private MachineOptions machine = new MachineOptions();

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

    /** Model and data. */
    public InputOptions input() {
        return input;
    }

    /** Device, precision and threads. */
    public MachineOptions machine() {
        return machine;
    }

    /**
     * Opens the run's directory: a new one, or with {@code --resume} that of the begun run, beside
     * which no option may be given that run.json has.
     *
     * @param command the script's name, for the default directory
     */
    public RunDirectory openRun(String command) {
        if (!run.resume) {
            return newRun(command, run.out);
        }
        Path out =
                run.out.orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "--out must be given with --resume, but is: absent; name"
                                                + " the directory of the run to go on with"));
        spec.commandLine().getParseResult().matchedOptions().stream()
                .filter(o -> !WITH_RESUME.contains(o.longestName()))
                .forEach(CommonOptions::refuse);
        return RunDirectory.open(out);
    }

    /**
     * Opens a directory for a new run.
     *
     * @param command the script's name, for the default directory
     * @param out the directory asked for, if one was
     */
    public static RunDirectory newRun(String command, Optional<Path> out) {
        return RunDirectory.create(out.orElseGet(() -> nextFree(command)));
    }

    /** The command that was given, without the places of this machine. */
    static String command(String name, CommandSpec spec) {
        List<String> words = new ArrayList<>(List.of(name));
        for (String word : spec.commandLine().getParseResult().originalArgs()) {
            int at = word.startsWith("--task") ? word.lastIndexOf('=') : word.indexOf('=');
            String value = word.substring(at + 1);
            String named = value.startsWith("/") ? "" + Path.of(value).getFileName() : value;
            String whole = word.substring(0, at + 1) + named;
            words.add(whole.contains(" ") ? "'" + whole + "'" : whole);
        }
        return String.join(" ", words);
    }

    private static void refuse(OptionSpec option) {
        throw new IllegalArgumentException(
                ("%s must be left out with --resume, which goes on with the settings of"
                                + " run.json, but is: %s")
                        .formatted(
                                option.longestName(),
                                String.join(",", option.originalStringValues())));
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
}

package dev.ila.cli;

import ai.djl.engine.EngineException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/**
 * Every failure as one line on standard error and an exit code: 2 if the user can mend the command,
 * 1 if something went wrong. The stack trace only with {@code --verbose}.
 */
public final class Errors
        implements IExecutionStrategy, IExecutionExceptionHandler, IParameterExceptionHandler {
    /** Exit code when what was asked for cannot be done as asked. */
    public static final int USAGE = CommandLine.ExitCode.USAGE;

    /** Exit code when it failed. */
    public static final int FAILURE = CommandLine.ExitCode.SOFTWARE;

    private static final String VERBOSE = "--verbose";

    private Errors() {}

    /** A command whose errors are told in this way and whose enum values ignore case. */
    public static CommandLine commandLine(Object command) {
        Errors errors = new Errors();
        CommandLine line = new CommandLine(command);
        // Options in the order of their meaning, not of the alphabet.
        line.getCommandSpec().usageMessage().sortOptions(false);
        return line.setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionStrategy(errors)
                .setExecutionExceptionHandler(errors)
                .setParameterExceptionHandler(errors);
    }

    /** Runs the command; what is no exception, as want of memory, is told like one. */
    @Override
    public int execute(ParseResult result) {
        requireOnce(result);
        try {
            return new RunLast().execute(result);
        } catch (OutOfMemoryError | LinkageError | StackOverflowError e) {
            return tell(e, result.commandSpec().commandLine(), verbose(result));
        }
    }

    // In a group, picocli begins the group anew at the second one, and drops all before it.
    private static void requireOnce(ParseResult result) {
        List<String> names =
                result.originalArgs().stream().map(a -> a.replaceFirst("=.*", "")).toList();
        for (OptionSpec option : result.matchedOptions()) {
            long times = names.stream().filter(Set.of(option.names())::contains).count();
            if (times > 1 && !option.isMultiValue()) {
                CommandLine command = result.commandSpec().commandLine();
                throw new ParameterException(
                        command, option.longestName() + " must be given once, but is: repeated");
            }
        }
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult result) {
        return tell(e, command, verbose(result));
    }

    @Override
    public int handleParseException(ParameterException e, String[] arguments) {
        return tell(e, e.getCommandLine(), Arrays.asList(arguments).contains(VERBOSE));
    }

    private static boolean verbose(ParseResult result) {
        return result.asCommandLineList().stream()
                .anyMatch(c -> c.getParseResult().hasMatchedOption(VERBOSE));
    }

    private static int tell(Throwable e, CommandLine command, boolean verbose) {
        PrintWriter err = command.getErr();
        boolean syntax = e instanceof ParameterException;
        String name = command.getCommandSpec().qualifiedName();
        err.println(name + ": " + message(e) + (syntax ? "; see " + name + " --help" : ""));
        if (verbose) {
            err.println(command.getColorScheme().stackTraceText(e));
        }
        err.flush();
        return syntax || e instanceof IllegalArgumentException ? USAGE : FAILURE;
    }

    /** What a failure says, in one line. */
    static String message(Throwable e) {
        String text = e.getMessage() == null ? "" : e.getMessage().strip();
        if (e instanceof OutOfMemoryError) {
            return "out of memory (%s); raise -Xmx or lower --max-length".formatted(text);
        }
        if (text.isEmpty()) {
            return e.getClass().getSimpleName();
        }
        String[] lines = text.split("\\R");
        if (e instanceof EngineException) {
            // PyTorch says what happened last, after the program's own stack trace.
            return "PyTorch: " + lines[lines.length - 1].strip();
        }
        return text.replaceAll("\\s*\\R\\s*", " ");
    }
}

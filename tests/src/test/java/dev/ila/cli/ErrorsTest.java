package dev.ila.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.EngineException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class ErrorsTest {
    private final StringWriter err = new StringWriter();

    @Test
    void whatTheUserCanMendIsExitCode2() {
        fails(
                2,
                new IllegalArgumentException("rank must be 1 or more, but is: 0"),
                "rank must be 1 or more, but is: 0");
    }

    @Test
    void whatFailedIsExitCode1() {
        fails(1, new IllegalStateException("the run is closed"), "the run is closed");
        fails(
                1,
                new UncheckedIOException("x.csv could not be written", new IOException()),
                "x.csv could not be written");
        fails(1, new IllegalStateException(), "IllegalStateException");
        fails(1, new IllegalStateException("two\n   lines\r\nor three\n"), "two lines or three");
    }

    @Test
    void anEnginesFailureIsItsLastLine() {
        fails(
                1,
                new EngineException(
                        "Traceback of TorchScript\n  File x\nRuntimeError: sizes differ\n"),
                "PyTorch: RuntimeError: sizes differ");
    }

    @Test
    void wantOfMemoryNamesARemedy() {
        fails(
                1,
                new OutOfMemoryError("Java heap space"),
                "out of memory (Java heap space); raise -Xmx or lower --max-length");
        fails(
                1,
                new UnsatisfiedLinkError("no djl_torch in java.library.path"),
                "no djl_torch in java.library.path");
    }

    @Test
    void anUnknownOptionPointsToTheHelp() {
        assertEquals(2, run(() -> 0, "--sed", "1"));
        assertEquals("try-me: Unknown options: '--sed', '1'; see try-me --help\n", text());
    }

    @Test
    void anOptionTwiceIsRefusedInsteadOfDroppingOthers() {
        assertEquals(2, run(() -> 0, "--seed=1", "--out=x", "--seed", "2"));
        assertEquals(
                "try-me: --seed must be given once, but is: repeated; see try-me --help\n", text());
        assertEquals(0, run(() -> 0, "--data=a", "--data=b", "--limit=1"));
    }

    @Test
    void aValueThatIsNoneIsNamed() {
        assertEquals(2, run(() -> 0, "--precision", "f16"));
        assertEquals(
                "try-me: Invalid value for option '--precision': expected one of [F32, BF16, NF4, NF4_DOUBLE]"
                        + " (case-insensitive) but was 'f16'; see try-me --help\n",
                text());
    }

    @Test
    void theStackTraceComesOnlyWhenAskedFor() {
        Callable<Integer> fail =
                () -> {
                    throw new IllegalStateException("broken");
                };
        assertEquals(1, run(fail, "--verbose"));
        assertTrue(text().startsWith("try-me: broken\n"), text());
        assertTrue(text().contains("\tat dev.ila.cli.ErrorsTest"), text());
    }

    @Test
    void successIsSilent() {
        assertEquals(0, run(() -> 0, "--precision", "bf16"));
        assertEquals("", text());
    }

    private void fails(int code, Throwable failure, String message) {
        err.getBuffer().setLength(0);
        Callable<Integer> fail =
                () -> {
                    if (failure instanceof Error error) {
                        throw error;
                    }
                    throw (Exception) failure;
                };
        assertEquals(code, run(fail));
        assertEquals("try-me: " + message + "\n", text());
    }

    private int run(Callable<Integer> body, String... arguments) {
        CommandLine line = Errors.commandLine(new TryMe(body));
        return line.setErr(new PrintWriter(err)).execute(arguments);
    }

    private String text() {
        return err.toString().replace(System.lineSeparator(), "\n");
    }

    @Command(name = "try-me")
    private static final class TryMe implements Callable<Integer> {
        @Mixin private CommonOptions options = new CommonOptions();
        private final Callable<Integer> body;

        TryMe(Callable<Integer> body) {
            this.body = body;
        }

        @Override
        public Integer call() throws Exception {
            return body.call();
        }
    }
}

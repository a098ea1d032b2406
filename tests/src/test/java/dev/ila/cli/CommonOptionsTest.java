package dev.ila.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.run.AtomicFiles;
import dev.ila.run.RunDirectory;
import dev.ila.run.Seeds;
import dev.ila.torch.Compute;
import dev.ila.torch.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class CommonOptionsTest {
    @TempDir Path folder;

    @Test
    void everyOptionHasADefault() {
        CommonOptions options = parse();
        assertEquals(Optional.empty(), options.input().model());
        assertEquals(List.of(), options.input().data());
        assertEquals(Optional.empty(), options.input().format());
        assertEquals(OptionalInt.empty(), options.input().limit());
        assertEquals(1024, options.input().maxLength());
        assertEquals(1, options.seed());
        assertEquals(OptionalInt.empty(), options.machine().threads());
        assertEquals(Compute.defaults(), options.machine().compute());
        assertFalse(options.resume() || options.verbose());
    }

    @Test
    void everyOptionChangesWhatItSays() throws Exception {
        Path a = Files.writeString(folder.resolve("a.json"), "[]");
        Path b = Files.writeString(folder.resolve("b.json"), "[]");
        CommonOptions options =
                parse(
                        "--model=" + folder,
                        "--data=" + a,
                        "--data=" + b,
                        "--format=alpaca",
                        "--limit=7",
                        "--max-length=384",
                        "--seed=5",
                        "--device=cuda:1",
                        "--precision=bf16",
                        "--threads=3",
                        "--recompute",
                        "--verbose",
                        "--resume");
        assertEquals(Optional.of(folder.toString()), options.input().model());
        assertEquals(List.of(a.toString(), b.toString()), options.input().data());
        assertEquals(Optional.of("alpaca"), options.input().format());
        assertEquals(OptionalInt.of(7), options.input().limit());
        assertEquals(384, options.input().maxLength());
        assertEquals(5, options.seed());
        assertEquals(Seeds.of(5), options.seeds());
        assertEquals(new Compute("cuda:1", Precision.BF16, 3, true), options.machine().compute());
        assertTrue(options.resume() && options.verbose());
    }

    @Test
    void aBadValueIsNamedByItsOption() {
        refused("--limit must be 1 or more, but is: 0", () -> parse("--limit=0").input().limit());
        refused(
                "--max-length must be 2 or more, but is: 1",
                () -> parse("--max-length=1").input().maxLength());
        refused(
                "--threads must be 1 or more, but is: 0",
                () -> parse("--threads=0").machine().compute());
        refused(
                "--device must be cpu, cuda or cuda:NUMBER, but is: tpu",
                () -> parse("--device=tpu").machine().compute());
        Path none = folder.resolve("none");
        refused(
                "--model must be a directory that exists, or a model of the hub as ORG/NAME, but is: "
                        + none,
                () -> parse("--model=" + none).input().model());
        refused(
                "--data must be a file that exists, or a data set of the hub as ORG/NAME, but is: "
                        + none,
                () -> parse("--data=" + none).input().data());
        refused(
                "--out must be given with --resume, but is: absent; name the directory of the run"
                        + " to go on with",
                () -> parse("--resume").openRun("try-me"));
    }

    @Test
    void theRunDirectoryIsNewOrWithResumeTheBegunOne() {
        String out = "--out=" + folder.resolve("run");
        try (RunDirectory run = parse(out).openRun("try-me")) {
            AtomicFiles.write(run.settings(), "{}");
        }
        assertThrows(IllegalArgumentException.class, () -> parse(out).openRun("try-me"));
        parse(out, "--resume", "--threads=1", "--verbose").openRun("try-me").close();
    }

    @Test
    void besideResumeNoSettingMayBeGiven() {
        String out = "--out=" + folder.resolve("run");
        RunDirectory run = parse(out).openRun("try-me");
        AtomicFiles.write(run.settings(), "{}");
        run.close();
        String rule =
                " must be left out with --resume, which goes on with the settings of run.json,"
                        + " but is: ";
        refused("--seed" + rule + "4", () -> parse(out, "--resume", "--seed=4").openRun("a"));
        refused("--data" + rule + "a,b", () -> bothData(out).openRun("a"));
        refused("--recompute" + rule + "true", () -> recompute(out).openRun("a"));
        RunDirectory.open(folder.resolve("run")).close();
    }

    private static CommonOptions bothData(String out) {
        return parse(out, "--resume", "--data=a", "--data", "b");
    }

    private static CommonOptions recompute(String out) {
        return parse(out, "--resume", "--recompute");
    }

    @Test
    void theHelpHasSectionsAndEveryOption() {
        String help = new CommandLine(new Script()).setUsageHelpWidth(100).getUsageMessage();
        for (String part :
                List.of("Model and data", "The run", "The machine", "--limit=N", "--out=DIR")) {
            assertTrue(help.contains(part), help);
        }
    }

    private static CommonOptions parse(String... arguments) {
        Script script = new Script();
        new CommandLine(script).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments);
        return script.options;
    }

    private static void refused(String message, Runnable action) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, action::run).getMessage());
    }

    @Command(name = "try-me")
    private static final class Script {
        @Mixin private CommonOptions options = new CommonOptions();
    }
}

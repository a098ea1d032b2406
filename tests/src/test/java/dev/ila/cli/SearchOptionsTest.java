package dev.ila.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.data.Demo;
import dev.ila.search.Delta;
import dev.ila.search.FineTuning;
import dev.ila.search.Ila;
import dev.ila.search.SearchSettings;
import dev.ila.torch.Compute;
import dev.ila.torch.Precision;
import dev.ila.train.Schedule;
import dev.ila.train.Stability;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;

/** Every option of {@code ila-search} changes the one setting that it names, and says so. */
class SearchOptionsTest {
    /** Not settings: where the run is kept, and how it is spoken of. */
    private static final Set<String> OTHERS = Set.of("--out", "--resume", "--verbose");

    @TempDir Path folder;

    private final Set<String> tried = new TreeSet<>(OTHERS);
    private Path model;
    private String data;
    private SearchSettings usual;

    @BeforeEach
    void aModelAndData() throws Exception {
        model = Files.createDirectory(folder.resolve("model"));
        data = Files.writeString(folder.resolve("data.json"), "[]").toString();
        usual = settings("--model=" + model, "--data=" + data);
    }

    @Test
    void theDefaultsAreOurs() {
        assertEquals(
                new SearchSettings(
                        model.toString(),
                        new SearchSettings.Data(List.of(data), "", Map.of(), 1024, 0, 48, 16, 8),
                        new Delta.Lora(8, 16, List.of("all-linear")),
                        Compute.defaults(),
                        1,
                        new FineTuning(
                                new Schedule(2e-4, 0.03, Schedule.Shape.CONSTANT, 1000),
                                0,
                                1,
                                10,
                                new Stability(0.01, 3)),
                        new Ila.MaskSettings(4, 0.01, 128, 0),
                        2),
                usual);
    }

    @Test
    void withoutAModelTheEmbeddedOneHasItsOwnDefaults() {
        SearchSettings embedded = settings();
        Path demo = Demo.extract();
        assertEquals(demo.toString(), embedded.model());
        assertEquals(List.of(demo.resolve("polite.json").toString()), embedded.data().files());
        assertEquals(1e-3, embedded.stage1().schedule().rate());
        assertEquals(Schedule.Shape.COSINE, embedded.stage1().schedule().shape());
        assertEquals(200, embedded.stage1().schedule().steps());
        assertEquals(
                List.of(demo.resolve("terse.json").toString()),
                settings("--data=terse").data().files());
    }

    @Test
    void everyOptionChangesWhatItSays() throws Exception {
        Path other = Files.createDirectory(folder.resolve("other"));
        String more = Files.writeString(folder.resolve("more.json"), "[]").toString();
        SearchSettings.Data d = usual.data();
        changes(data(List.of(data, more), "", 1024, 0, 48, 16, 8), "--data=" + more);
        changes(data(d.files(), "alpaca", 1024, 0, 48, 16, 8), "--format=alpaca");
        changes(
                with(
                        new SearchSettings.Data(
                                d.files(),
                                "",
                                Map.of("question", "Q", "answer", "A+B"),
                                1024,
                                0,
                                48,
                                16,
                                8)),
                "--columns=question=Q,answer=A+B");
        changes(data(d.files(), "", 99, 0, 48, 16, 8), "--max-length=99");
        changes(data(d.files(), "", 1024, 7, 48, 16, 8), "--limit=7");
        changes(data(d.files(), "", 1024, 0, 3, 16, 8), "--held-out=3");
        changes(data(d.files(), "", 1024, 0, 48, 32, 8), "--batch-size=32");
        changes(data(d.files(), "", 1024, 0, 48, 4, 4), "--batch-size=4");
        changes(data(d.files(), "", 1024, 0, 48, 16, 2), "--micro-batch=2");
        changes(delta(new Delta.Lora(4, 16, List.of("all-linear"))), "--rank=4");
        changes(delta(new Delta.Lora(8, 9, List.of("all-linear"))), "--alpha=9");
        changes(delta(new Delta.Lora(8, 16, List.of("a", "b"))), "--targets=a,b");
        changes(delta(new Delta.Full()), "--full");
        List<String> linear = List.of("all-linear");
        changes(delta(new Delta.AdaLora(8, 12, 16, linear, false)), "--adalora");
        changes(
                delta(new Delta.AdaLora(5, 8, 9, linear, true)),
                "--total-budget",
                "--adalora",
                "--rank=5",
                "--alpha=9");
        Delta.Lora eight = new Delta.Lora(8, 16, linear);
        changes(delta(new Delta.Resampled(eight, 3, 20)), "--resample=3");
        changes(delta(new Delta.Resampled(eight, 3, 5)), "--resample-every=5", "--resample=3");
        changes(lisa(2, 20), "--lisa=2", "--stage=1");
        changes(lisa(3, 5), "--lisa-every=5", "--lisa=3", "--stage=1");
        changes(delta(new Delta.Adapter("" + other)), "--adapter=" + other);
        changes(delta(new Delta.Aligned("" + other)), "--aligned=" + other);
        int threads = Compute.defaults().threads();
        changes(compute(new Compute("cuda:1", Precision.F32, threads, false)), "--device=cuda:1");
        changes(compute(new Compute("cpu", Precision.BF16, threads, false)), "--precision=bf16");
        changes(
                compute(new Compute("cpu", Precision.F32, threads + 1, false)),
                "--threads=" + (threads + 1));
        changes(compute(new Compute("cpu", Precision.F32, threads, true)), "--recompute");
        changes(stage1(3e-4, 0.03, false, 1000, 0, 1, 10, 0.01, 3), "--rate=3e-4");
        changes(stage1(2e-4, 0.5, false, 1000, 0, 1, 10, 0.01, 3), "--warmup=0.5");
        changes(stage1(2e-4, 0.03, true, 1000, 0, 1, 10, 0.01, 3), "--schedule=cosine");
        changes(stage1(2e-4, 0.03, false, 70, 0, 1, 10, 0.01, 3), "--steps=70");
        changes(stage1(2e-4, 0.03, false, 1000, 0.1, 1, 10, 0.01, 3), "--weight-decay=0.1");
        changes(stage1(2e-4, 0.03, false, 1000, 0, 0, 10, 0.01, 3), "--clip=0");
        changes(stage1(2e-4, 0.03, false, 1000, 0, 1, 5, 0.01, 3), "--evaluate-every=5");
        changes(stage1(2e-4, 0.03, false, 1000, 0, 1, 10, 0.02, 3), "--epsilon=0.02");
        changes(stage1(2e-4, 0.03, false, 1000, 0, 1, 10, 0.01, 4), "--window=4");
        changes(mask(new Ila.MaskSettings(2, 0.01, 128, 0)), "--mask-start=2");
        changes(mask(new Ila.MaskSettings(4, 0.02, 128, 0)), "--mask-rate=0.02");
        changes(mask(new Ila.MaskSettings(4, 0.01, 64, 0)), "--mask-steps=64");
        changes(mask(new Ila.MaskSettings(4, 0.01, 128, 0.5)), "--sparsity=0.5");
        changes(
                mask(new Ila.MaskSettings(4, 0.01, 128, 0, List.of(0.3, 1.0))),
                "--sparsity=0,0.3,1");
        changes(
                with(usual.delta(), usual.compute(), 9, usual.stage1(), usual.stage2(), 2),
                "--seed=9");
        changes(
                with(usual.delta(), usual.compute(), 1, usual.stage1(), usual.stage2(), 1),
                "--stage=1");
        SearchSettings based = settings("--base=" + other, "--aligned=" + model, "--data=" + data);
        assertEquals(other.toString(), based.model());
        assertEquals(new Delta.Aligned(model.toString()), based.delta());
        tried.addAll(List.of("--base", "--model"));
        Set<String> all = new TreeSet<>();
        options().forEach(o -> all.add(o.longestName()));
        assertEquals(all, tried);
    }

    @Test
    void everyOptionIsDescribed() {
        for (OptionSpec option : options()) {
            String text = String.join(" ", option.description());
            assertTrue(text.length() > 10 && text.endsWith("."), option + ": " + text);
            boolean flag = option.arity().max() == 0;
            assertEquals(flag, option.paramLabel().startsWith("<"), option.toString());
            assertTrue(
                    flag
                            || text.toLowerCase(Locale.ROOT).contains("default")
                            || text.startsWith("See ")
                            || Set.of("--adapter", "--aligned", "--base")
                                    .contains(option.longestName()),
                    option + " says no default: " + text);
        }
    }

    @Test
    void theHelpHasExamples() throws Exception {
        SearchCommand command = new SearchCommand(Files.createDirectory(folder.resolve("c")));
        SearchCommand.End help = command.run("--help");
        assertEquals(0, help.code());
        assertEquals("", help.err());
        assertTrue(help.out().startsWith("Usage: ila-search "), help.out());
        assertTrue(help.out().contains("Examples\n  ila-search\n"), help.out());
        for (OptionSpec option : options()) {
            assertTrue(help.out().contains(option.longestName()), option.longestName());
        }
        assertFalse(help.out().contains("${"), help.out());
    }

    private SearchSettings data(
            List<String> files, String format, int longest, int limit, int out, int size, int cut) {
        return with(
                new SearchSettings.Data(files, format, Map.of(), longest, limit, out, size, cut));
    }

    private SearchSettings with(SearchSettings.Data d) {
        return new SearchSettings(
                usual.model(),
                d,
                usual.delta(),
                usual.compute(),
                usual.seed(),
                usual.stage1(),
                usual.stage2(),
                usual.lastStage());
    }

    private SearchSettings delta(Delta x) {
        return with(x, usual.compute(), 1, usual.stage1(), usual.stage2(), 2);
    }

    private SearchSettings lisa(int blocks, int every) {
        Delta lisa = new Delta.Lisa(blocks, every);
        return with(lisa, usual.compute(), 1, usual.stage1(), usual.stage2(), 1);
    }

    private SearchSettings compute(Compute x) {
        return with(usual.delta(), x, 1, usual.stage1(), usual.stage2(), 2);
    }

    private SearchSettings mask(Ila.MaskSettings x) {
        return with(usual.delta(), usual.compute(), 1, usual.stage1(), x, 2);
    }

    private SearchSettings stage1(
            double rate,
            double warmup,
            boolean cosine,
            int steps,
            double decay,
            double clip,
            int every,
            double epsilon,
            int window) {
        Schedule.Shape shape = cosine ? Schedule.Shape.COSINE : Schedule.Shape.CONSTANT;
        FineTuning x =
                new FineTuning(
                        new Schedule(rate, warmup, shape, steps),
                        decay,
                        clip,
                        every,
                        new Stability(epsilon, window));
        return with(usual.delta(), usual.compute(), 1, x, usual.stage2(), 2);
    }

    private SearchSettings with(
            Delta delta,
            Compute compute,
            long seed,
            FineTuning stage1,
            Ila.MaskSettings stage2,
            int last) {
        return new SearchSettings(
                usual.model(), usual.data(), delta, compute, seed, stage1, stage2, last);
    }

    private void changes(SearchSettings expected, String option, String... more) {
        assertFalse(expected.equals(usual), option);
        List<String> all = new ArrayList<>(List.of("--model=" + model, "--data=" + data, option));
        all.addAll(List.of(more));
        assertEquals(expected, settings(all.toArray(String[]::new)), option);
        tried.add(option.split("=")[0]);
    }

    private static SearchSettings settings(String... arguments) {
        Script script = new Script();
        new CommandLine(script).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments);
        return script.options.settings(script.common);
    }

    private static List<OptionSpec> options() {
        return new ArrayList<>(new CommandLine(new Script()).getCommandSpec().options());
    }

    @Command(name = "try-me")
    private static final class Script {
        @Mixin private CommonOptions common;
        @Mixin private SearchOptions options;
    }
}

package dev.ila.cli;

import dev.ila.criteria.Criterion;
import dev.ila.delta.LoraConfig;
import dev.ila.run.Require;
import dev.ila.search.Delta;
import dev.ila.search.Ila;
import dev.ila.search.Search;
import dev.ila.search.SearchSettings;
import dev.ila.study.ComparisonSettings;
import dev.ila.study.Studies;
import dev.ila.study.TuneComparison;
import dev.ila.view.CompareReport;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.LongStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What is compared. */
public final class CompareOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin private InputOptions input = new InputOptions();

    @ArgGroup(validate = false, order = 2, heading = "%nWhat is compared%n")
    private Compared compared = new Compared();

    @Mixin private TaskOptions tasks = new TaskOptions();

    @Mixin private TrainingOptions training = new TrainingOptions();

    @Mixin private MachineOptions machine = new MachineOptions();

    private static final class Compared {
        @Option(
                names = "--cuts",
                paramLabel = "SHARE",
                split = ",",
                description = "Shares of the layers that are tuned. Default: 0.3,0.75.")
        private List<Double> cuts = List.of(0.3, 0.75);

        @Option(
                names = "--seeds",
                paramLabel = "N",
                description = "Seeds 1 to N, each with its own ranking. Default: 3.")
        private int seeds = 3;

        @Option(
                names = "--draws",
                paramLabel = "N",
                description = "Draws of each choice by chance, for each seed. Default: 2.")
        private int draws = 2;

        @Option(
                names = "--rates",
                paramLabel = "X",
                split = ",",
                description =
                        "Learning rates; each choice of layers takes the one that does best at the"
                                + " first seed. Default: --rate alone.")
        private List<Double> rates = new ArrayList<>();

        @Option(
                names = "--lisa-blocks",
                paramLabel = "N",
                description =
                        "Whole blocks that LISA trains at a time, beside embedding, head and final norm;"
                                + " 0: no LISA. Default: 2.")
        private int lisaBlocks = 2;

        @Option(
                names = "--lisa-rates",
                paramLabel = "X",
                split = ",",
                description =
                        "Learning rates of LISA. Default: a tenth of --rates; with --full the same.")
        private List<Double> lisaRates = new ArrayList<>();

        @Option(
                names = "--by",
                paramLabel = "NAMES",
                split = ",",
                description =
                        "The top layers by these, as ila-rank has them, are rivals too: norm,"
                                + " relative, kappa, spectrum, gain, fisher, influence.")
        private List<String> by = new ArrayList<>();

        @Option(
                names = "--mask-steps",
                paramLabel = "N",
                description = "Steps of stage 2, for the ranking. Default: 128.")
        private int maskSteps = Ila.MaskSettings.defaults().steps();

        @Option(
                names = "--sparsity",
                paramLabel = "X",
                description =
                        "Of stage 2, as of ila-search, but one: what is held out here must not have"
                                + " chosen it. Default: 0.")
        private double sparsity;

        private Ila.MaskSettings mask() {
            return Ila.MaskSettings.defaults().with(maskSteps).with(List.of(sparsity));
        }

        @Option(
                names = "--out",
                paramLabel = "DIR",
                description =
                        "Runs and report; the same command with the same directory goes on, and"
                                + " makes no run twice. Default: runs/ila-compare.")
        private Path out = Path.of("runs", "ila-compare");
    }

    /**
     * Makes what is left to do, and the report.
     *
     * @param follow gives who follows a run of a name
     * @return what a person wants to see
     */
    public String compare(Function<String, Search.Observer> follow) {
        refuseWhatHasNoEffect();
        Studies.readPins(compared.out);
        TuneComparison comparison = new TuneComparison(settings(), compared.out, tasks.questions());
        Studies.keepPins(compared.out, input.named(), input.namedData());
        List<TuneComparison.Trial> trials = comparison.run(follow::apply);
        return new CompareReport(comparison, trials)
                .write(CommonOptions.command("ila-compare", spec));
    }

    ComparisonSettings settings() {
        List<String> data = input.data();
        Optional<String> model = input.model();
        SearchSettings usual =
                model.isPresent()
                        ? SearchSettings.of(model.get(), data.toArray(String[]::new))
                        : SearchSettings.embedded();
        SearchSettings base =
                new SearchSettings(
                        usual.model(),
                        training.data(usual, input, data),
                        training.delta(List.of(LoraConfig.ALL_LINEAR)),
                        machine.compute(),
                        1,
                        training.stage1(usual),
                        compared.mask(),
                        2);
        Require.atLeast(1, compared.seeds, "--seeds");
        double rate = base.stage1().schedule().rate();
        List<Double> rates = compared.rates.isEmpty() ? List.of(rate) : compared.rates;
        return new ComparisonSettings(
                base,
                LongStream.rangeClosed(1, compared.seeds).boxed().toList(),
                compared.cuts,
                Require.atLeast(1, compared.draws, "--draws"),
                rates,
                new ComparisonSettings.Lisa(
                        compared.lisaBlocks,
                        compared.lisaRates.isEmpty() ? lisaRates(rates, base) : compared.lisaRates),
                compared.by.stream().map(Criterion::named).toList());
    }

    private static List<Double> lisaRates(List<Double> rates, SearchSettings base) {
        boolean full = base.delta() instanceof Delta.Full;
        return full ? rates : rates.stream().map(CompareOptions::tenth).toList();
    }

    private static double tenth(double rate) {
        return BigDecimal.valueOf(rate).movePointLeft(1).doubleValue();
    }

    private void refuseWhatHasNoEffect() {
        for (String name :
                List.of(
                        "--evaluate-every",
                        "--epsilon",
                        "--window",
                        "--adalora",
                        "--total-budget",
                        "--resample",
                        "--resample-every")) {
            Require.that(
                    !spec.commandLine().getParseResult().hasMatchedOption(name),
                    "given",
                    name,
                    "left out: every choice of layers takes all --steps, by LoRA or --full");
        }
        for (String name : List.of("--lisa", "--lisa-every")) {
            Require.that(
                    !spec.commandLine().getParseResult().hasMatchedOption(name),
                    "given",
                    name,
                    "left out: LISA is among the rivals, with --lisa-blocks and --lisa-rates");
        }
    }
}

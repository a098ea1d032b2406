package dev.ila.cli;

import dev.ila.run.Require;
import dev.ila.search.Delta;
import dev.ila.search.FineTuning;
import dev.ila.search.SearchSettings;
import dev.ila.train.Schedule;
import dev.ila.train.Stability;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** How a change is trained: the options of every script that fine-tunes. */
public final class TrainingOptions {
    @ArgGroup(validate = false, order = 4, heading = "%nThe change of the weights%n")
    private Change change = new Change();

    @ArgGroup(validate = false, order = 6, heading = "%nBatches%n")
    private Batching batching = new Batching();

    @ArgGroup(validate = false, order = 7, heading = "%nStage 1: fine-tuning until stable%n")
    private First first = new First();

    private static final class Change {
        @Option(
                names = "--full",
                description = "Fine-tune the linear layers themselves instead of LoRA factors.")
        private boolean full;

        @Option(
                names = "--adalora",
                description =
                        "AdaLoRA: begin with half as much rank again, and take away what matters"
                                + " least until --rank is left in the mean. Takes all --steps.")
        private boolean adalora;

        @Option(
                names = "--total-budget",
                description =
                        "With --adalora: the ranks of all linear layers together, however few are"
                                + " tuned. Default: of the tuned ones.")
        private boolean total;

        @Option(
                names = "--resample",
                paramLabel = "LAYERS",
                description =
                        "Train so many of the layers at a time, drawn anew by chance every"
                                + " --resample-every steps, as LISA draws blocks. Default: all.")
        private Optional<Integer> resample = Optional.empty();

        @Option(
                names = "--resample-every",
                paramLabel = "N",
                description = "With --resample: steps between two draws. Default: 20.")
        private Optional<Integer> every = Optional.empty();

        @Option(
                names = "--lisa",
                paramLabel = "BLOCKS",
                description =
                        "LISA: fine-tune embedding, head and final norm themselves all the time, and"
                                + " so many whole blocks at a time, drawn anew by chance every"
                                + " --lisa-every steps. Default: not.")
        private Optional<Integer> lisa = Optional.empty();

        @Option(
                names = "--lisa-every",
                paramLabel = "N",
                description = "With --lisa: steps between two draws. Default: 20.")
        private Optional<Integer> lisaEvery = Optional.empty();

        @Option(names = "--rank", paramLabel = "R", description = "LoRA's rank. Default: 8.")
        private Optional<Integer> rank = Optional.empty();

        @Option(
                names = "--alpha",
                paramLabel = "A",
                description = "LoRA's alpha; the factor is alpha / rank. Default: 16.")
        private Optional<Double> alpha = Optional.empty();
    }

    private static final class Batching {
        @Option(
                names = "--batch-size",
                paramLabel = "N",
                description = "Conversations of one optimizer step. Default: 16.")
        private int size = 16;

        @Option(
                names = "--micro-batch",
                paramLabel = "N",
                description =
                        "Conversations computed at once; changes memory and speed, not the loss."
                                + " Default: 8, or the batch size if that is less.")
        private Optional<Integer> micro = Optional.empty();

        @Option(
                names = "--held-out",
                paramLabel = "N",
                description =
                        "Conversations that are not trained on but measured, for stability."
                                + " Default: 48.")
        private int heldOut = 48;
    }

    private static final class First {
        @Option(
                names = "--rate",
                paramLabel = "X",
                description =
                        "Highest learning rate of AdamW. Default: 2e-4; 1e-3 for the embedded"
                                + " model.")
        private Optional<Double> rate = Optional.empty();

        @Option(
                names = "--schedule",
                paramLabel = "SHAPE",
                description =
                        "constant or cosine, after warm-up. Default: constant; cosine for the"
                                + " embedded model.")
        private Optional<Schedule.Shape> shape = Optional.empty();

        @Option(
                names = "--warmup",
                paramLabel = "SHARE",
                description = "Share of --steps spent rising to the rate. Default: 0.03.")
        private double warmup = 0.03;

        @Option(
                names = "--steps",
                paramLabel = "N",
                description = "Most steps of stage 1. Default: 1000; 200 for the embedded model.")
        private Optional<Integer> steps = Optional.empty();

        @Option(
                names = "--evaluate-every",
                paramLabel = "N",
                description = "Steps between two measurements of the held-out loss. Default: 10.")
        private int evaluateEvery = 10;

        @Option(
                names = "--epsilon",
                paramLabel = "NATS",
                description =
                        "Stage 1 is stable, and ends, when the mean held-out loss of the last"
                                + " --window measurements differs by less from that of as many"
                                + " before. Default: 0.01.")
        private double epsilon = Stability.defaults().epsilon();

        @Option(names = "--window", paramLabel = "N", description = "See --epsilon. Default: 3.")
        private int window = Stability.defaults().window();

        @Option(
                names = "--weight-decay",
                paramLabel = "X",
                description = "AdamW's, on the change alone. Default: 0.")
        private double weightDecay;

        @Option(
                names = "--clip",
                paramLabel = "X",
                description = "Longest gradient; 0: no clipping. Default: 1.")
        private double clip = 1;
    }

    /** What was said of the change, of which one is enough. */
    List<String> asked() {
        List<String> asked = new ArrayList<>();
        if (change.full) {
            asked.add("--full");
        }
        if (change.adalora) {
            asked.add("--adalora");
        }
        if (change.resample.isPresent()) {
            asked.add("--resample");
        }
        if (change.lisa.isPresent()) {
            asked.add("--lisa");
        }
        boolean factors = change.rank.isPresent() || change.alpha.isPresent();
        if (factors && !change.adalora && change.resample.isEmpty()) {
            asked.add("--rank or --alpha");
        }
        return asked;
    }

    /** Blocks at a time, if it is to be LISA. */
    Optional<Integer> lisa() {
        return change.lisa;
    }

    /** The change of some layers, to be learned. */
    Delta delta(List<String> targets) {
        Require.that(
                asked().size() < 2,
                String.join(" and ", asked()),
                "kind of change",
                "one of --full, --lisa, or LoRA or AdaLoRA with their options");
        Require.that(
                change.adalora || !change.total, "alone", "--total-budget", "given with --adalora");
        if (change.adalora) {
            int rank = change.rank.orElse(8);
            double alpha = change.alpha.orElse(16.0);
            int initial = (3 * rank + 1) / 2;
            return new Delta.AdaLora(rank, initial, alpha, targets, change.total);
        }
        Require.that(
                change.resample.isPresent() || change.every.isEmpty(),
                "alone",
                "--resample-every",
                "given with --resample");
        Require.that(
                change.lisa.isPresent() || change.lisaEvery.isEmpty(),
                "alone",
                "--lisa-every",
                "given with --lisa");
        if (change.lisa.isPresent()) {
            return new Delta.Lisa(change.lisa.get(), change.lisaEvery.orElse(20));
        }
        if (change.full) {
            return new Delta.Full(targets);
        }
        Delta.Lora lora = new Delta.Lora(change.rank.orElse(8), change.alpha.orElse(16.0), targets);
        return change.resample.isEmpty()
                ? lora
                : new Delta.Resampled(lora, change.resample.get(), change.every.orElse(20));
    }

    /** Records and batches of the settings. */
    SearchSettings.Data data(SearchSettings usual, InputOptions input, List<String> files) {
        return new SearchSettings.Data(
                files.isEmpty() ? usual.data().files() : files,
                input.format().orElse(files.isEmpty() ? usual.data().format() : ""),
                files.isEmpty() && input.columns().isEmpty()
                        ? usual.data().columns()
                        : input.columns(),
                input.maxLength(),
                input.limit().orElse(0),
                batching.heldOut,
                batching.size,
                batching.micro.orElse(Math.min(8, batching.size)));
    }

    /** How stage 1 goes; what is not said is as usual. */
    FineTuning stage1(SearchSettings usual) {
        Schedule schedule = usual.stage1().schedule();
        return new FineTuning(
                new Schedule(
                        first.rate.orElse(schedule.rate()),
                        first.warmup,
                        first.shape.orElse(schedule.shape()),
                        first.steps.orElse(schedule.steps())),
                first.weightDecay,
                first.clip,
                first.evaluateEvery,
                new Stability(first.epsilon, first.window));
    }
}

package dev.ila.cli;

import dev.ila.delta.LoraConfig;
import dev.ila.run.Require;
import dev.ila.search.FineTuning;
import dev.ila.search.Ila;
import dev.ila.search.SearchSettings;
import dev.ila.train.Schedule;
import dev.ila.train.Stability;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of a search. Without {@code --model} the embedded model's own defaults hold. */
public final class SearchOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @ArgGroup(validate = false, order = 4, heading = "%nThe change of the weights%n")
    private Source source = new Source();

    @ArgGroup(validate = false, order = 5, heading = "%nBatches%n")
    private Batching batching = new Batching();

    @ArgGroup(validate = false, order = 6, heading = "%nStage 1: fine-tuning until stable%n")
    private First first = new First();

    @ArgGroup(validate = false, order = 7, heading = "%nStage 2: learning the mask%n")
    private Second second = new Second();

    private static final class Source {
        @Option(
                names = "--full",
                description = "Fine-tune the linear layers themselves instead of LoRA factors.")
        private boolean full;

        @Option(names = "--rank", paramLabel = "R", description = "LoRA's rank. Default: 8.")
        private Optional<Integer> rank = Optional.empty();

        @Option(
                names = "--alpha",
                paramLabel = "A",
                description = "LoRA's alpha; the factor is alpha / rank. Default: 16.")
        private Optional<Double> alpha = Optional.empty();

        @Option(
                names = "--targets",
                paramLabel = "NAMES",
                split = ",",
                description =
                        "Layers that get LoRA factors, by the ends of their names, as"
                                + " q_proj,v_proj. Default: all-linear.")
        private List<String> targets = new ArrayList<>();

        @Option(
                names = "--adapter",
                paramLabel = "DIR",
                description = "Take this PEFT LoRA adapter as the change and skip stage 1.")
        private Optional<Path> adapter = Optional.empty();

        @Option(
                names = "--base",
                paramLabel = "DIR|ORG/NAME",
                description = "With --aligned: the model before alignment, instead of --model.")
        private Optional<String> base = Optional.empty();

        @Option(
                names = "--aligned",
                paramLabel = "DIR|ORG/NAME",
                description =
                        "Take the difference of this model and the base as the change and skip"
                                + " stage 1.")
        private Optional<String> aligned = Optional.empty();

        @Option(
                names = "--stage",
                paramLabel = "N",
                description = "1: stop after fine-tuning. Default: 2, go on to the mask.")
        private int stage = 2;
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

    private static final class Second {
        @Option(
                names = "--mask-start",
                paramLabel = "S",
                description = "Every logit before the first step. Default: 4.")
        private double start = Ila.MaskSettings.defaults().start();

        @Option(
                names = "--mask-rate",
                paramLabel = "X",
                description = "Adam's learning rate. Default: 0.01.")
        private double rate = Ila.MaskSettings.defaults().rate();

        @Option(names = "--mask-steps", paramLabel = "N", description = "Steps. Default: 128.")
        private int steps = Ila.MaskSettings.defaults().steps();

        @Option(
                names = "--sparsity",
                paramLabel = "X",
                description =
                        "Pull of the mask towards 0, as a share of the data gradient's length."
                                + " Default: 0.")
        private double sparsity;
    }

    /** The settings that these options and the common ones ask for. */
    public SearchSettings settings(CommonOptions common) {
        return settings(common.input(), common.machine(), common.seed());
    }

    /** The settings that these options ask for, of a script without a run. */
    public SearchSettings settings(InputOptions input, MachineOptions machine, long seed) {
        Optional<String> model = model(input);
        List<String> data = input.data();
        SearchSettings usual =
                model.map(m -> SearchSettings.of(m, data.toArray(String[]::new)))
                        .orElseGet(SearchSettings::embedded);
        Schedule schedule = usual.stage1().schedule();
        int micro = batching.micro.orElse(Math.min(8, batching.size));
        return new SearchSettings(
                usual.model(),
                new SearchSettings.Data(
                        data.isEmpty() ? usual.data().files() : data,
                        input.format().orElse(""),
                        input.columns(),
                        input.maxLength(),
                        input.limit().orElse(0),
                        batching.heldOut,
                        batching.size,
                        micro),
                delta(),
                machine.compute(),
                seed,
                new FineTuning(
                        new Schedule(
                                first.rate.orElse(schedule.rate()),
                                first.warmup,
                                first.shape.orElse(schedule.shape()),
                                first.steps.orElse(schedule.steps())),
                        first.weightDecay,
                        first.clip,
                        first.evaluateEvery,
                        new Stability(first.epsilon, first.window)),
                new Ila.MaskSettings(second.start, second.rate, second.steps, second.sparsity),
                source.stage);
    }

    private Optional<String> model(InputOptions input) {
        if (source.base.isEmpty()) {
            return input.model();
        }
        Require.that(
                input.model().isEmpty(),
                input.model().orElse(""),
                "--model",
                "absent beside --base, which takes its place");
        Require.that(
                source.aligned.isPresent(), source.base.get(), "--base", "given with --aligned");
        return source.base.map(m -> InputOptions.model("--base", m, spec));
    }

    private SearchSettings.Delta delta() {
        List<String> asked = new ArrayList<>();
        source.adapter.ifPresent(a -> asked.add("--adapter"));
        source.aligned.ifPresent(a -> asked.add("--aligned"));
        if (source.full) {
            asked.add("--full");
        }
        if (source.rank.isPresent() || source.alpha.isPresent() || !source.targets.isEmpty()) {
            asked.add("--rank, --alpha or --targets");
        }
        Require.that(
                asked.size() < 2,
                String.join(" and ", asked),
                "source of the change",
                "one of --adapter, --aligned, --full, or LoRA with its options");
        if (source.adapter.isPresent()) {
            return new SearchSettings.Delta.Adapter(source.adapter.get().toString());
        } else if (source.aligned.isPresent()) {
            return new SearchSettings.Delta.Aligned(
                    InputOptions.model("--aligned", source.aligned.get(), spec));
        } else if (source.full) {
            return new SearchSettings.Delta.Full();
        }
        return new SearchSettings.Delta.Lora(
                source.rank.orElse(8),
                source.alpha.orElse(16.0),
                source.targets.isEmpty() ? List.of(LoraConfig.ALL_LINEAR) : source.targets);
    }
}

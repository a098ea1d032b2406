package dev.ila.cli;

import dev.ila.delta.LoraConfig;
import dev.ila.run.Require;
import dev.ila.search.Delta;
import dev.ila.search.Ila;
import dev.ila.search.SearchSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of a search. Without {@code --model} the embedded model's own defaults hold. */
public final class SearchOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @ArgGroup(
            validate = false,
            order = 5,
            heading = "%nWhich layers change, or a change that exists%n")
    private Source source = new Source();

    @Mixin private TrainingOptions training = new TrainingOptions();

    @ArgGroup(validate = false, order = 8, heading = "%nStage 2: learning the mask%n")
    private Second second = new Second();

    private static final class Source {
        @Option(
                names = "--targets",
                paramLabel = "NAMES",
                split = ",",
                description =
                        "Layers that are changed, by LoRA or with --full, by the ends of their"
                                + " names, as q_proj,v_proj. Default: all-linear.")
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
                split = ",",
                description =
                        "Pull of the mask towards 0, as a share of the data gradient's length. Of"
                                + " several, as 0,0.1,0.3,1,3, the one whose top 75 %% of layers"
                                + " alone have the lowest held-out loss: a mask is learned by each."
                                + " Chosen likewise, rankings were nearer to what layers are"
                                + " worth: docs/fidelity.md. Default: 0.")
        private List<Double> sparsity = List.of(0.0);

        private Ila.MaskSettings settings() {
            return new Ila.MaskSettings(start, rate, steps, 0).with(sparsity);
        }
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
        return new SearchSettings(
                usual.model(),
                training.data(usual, input, data),
                delta(),
                machine.compute(),
                seed,
                training.stage1(usual),
                second.settings(),
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

    private Delta delta() {
        List<String> asked = new ArrayList<>();
        source.adapter.ifPresent(a -> asked.add("--adapter"));
        source.aligned.ifPresent(a -> asked.add("--aligned"));
        if (!asked.isEmpty() && !source.targets.isEmpty()) {
            asked.add("--targets");
        }
        asked.addAll(training.asked());
        Require.that(
                asked.size() < 2,
                String.join(" and ", asked),
                "source of the change",
                "one of --adapter, --aligned, --full, or LoRA with its options");
        if (source.adapter.isPresent()) {
            return new Delta.Adapter(source.adapter.get().toString());
        } else if (source.aligned.isPresent()) {
            return new Delta.Aligned(InputOptions.model("--aligned", source.aligned.get(), spec));
        }
        return training.delta(
                source.targets.isEmpty() ? List.of(LoraConfig.ALL_LINEAR) : source.targets);
    }
}

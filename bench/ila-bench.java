/// usr/bin/env true; exec "$(dirname "$0")/../jbang" "$0" "$@"
//DESCRIPTION Times one stage of a search and prints one JSON line; bench/run.py calls it.
//JAVA 17+
//RUNTIME_OPTIONS --enable-native-access=ALL-UNNAMED -Xmx512m
//DEPS ../lib/ila.java

import com.google.gson.Gson;
import dev.ila.cli.Errors;
import dev.ila.data.Batch;
import dev.ila.data.Batches;
import dev.ila.data.Conversations;
import dev.ila.data.Dataset;
import dev.ila.data.Supervision;
import dev.ila.data.Tokenizer;
import dev.ila.delta.LoraConfig;
import dev.ila.delta.LoraLayout;
import dev.ila.delta.PeftAdapter;
import dev.ila.model.Checkpoint;
import dev.ila.model.LanguageModel;
import dev.ila.search.Ila;
import dev.ila.torch.AdamW;
import dev.ila.torch.Change;
import dev.ila.torch.Compute;
import dev.ila.torch.DeviceVector;
import dev.ila.torch.Network;
import dev.ila.torch.Precision;
import dev.ila.torch.Torch;
import dev.ila.train.History;
import dev.ila.train.Schedule;
import dev.ila.train.State;
import dev.ila.train.Trainable;
import dev.ila.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "ila-bench",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Times one stage of a search and prints one JSON line.")
class IlaBench implements Callable<Integer> {
    private static final int WARM_UP = 2;
    private static final double NANOS = 1e9;

    @Option(names = "--stage", required = true, description = "1 or 2")
    private int stage;

    @Option(names = "--model", required = true, description = "Hugging Face directory")
    private Path model;

    @Option(names = "--data", required = true, description = "records")
    private Path data;

    @Option(names = "--adapter", description = "stage 2: the frozen change")
    private Path adapter;

    @Option(names = "--examples", description = "first records that are read")
    private int examples = 160;

    @Option(names = "--max-length", description = "longest example in tokens")
    private int maxLength = 384;

    @Option(names = "--batch", description = "examples of a step")
    private int batch = 8;

    @Option(names = "--steps", description = "timed steps; 0: one epoch")
    private int steps;

    @Option(names = "--precision", description = "bf16 or f32")
    private Precision precision = Precision.BF16;

    @Option(names = "--threads", description = "of PyTorch")
    private int threads = 2;

    @Option(names = "--seed", description = "of the order")
    private long seed;

    @Option(names = "--launched", description = "start in Unix seconds, to count from")
    private double launched = System.currentTimeMillis() / 1e3;

    private double firstStep;

    public static void main(String... args) {
        System.exit(Errors.commandLine(new IlaBench()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Checkpoint checkpoint = Checkpoint.open(model);
        Dataset dataset = read(checkpoint);
        IntFunction<List<Batch>> batches = plan(dataset);
        int timed = steps == 0 ? dataset.examples().size() / batch : steps;
        Compute compute = new Compute("cpu", precision, threads, false);
        try (LanguageModel loaded = LanguageModel.load(checkpoint, compute)) {
            List<Double> seconds = new ArrayList<>();
            History history =
                    stage == 1
                            ? stage1(loaded, batches, WARM_UP + timed, seconds)
                            : stage2(loaded, batches, WARM_UP + timed, seconds);
            System.out.println(new Gson().toJson(report(history, seconds, dataset, batches)));
        }
        return 0;
    }

    private Dataset read(Checkpoint checkpoint) {
        try (Tokenizer tokenizer = Tokenizer.load(checkpoint.directory())) {
            Conversations.Loaded all = Conversations.read(data, Optional.empty());
            return Dataset.of(all.limit(examples), new Supervision(tokenizer), maxLength);
        }
    }

    /** The first examples in order to warm up, as on the other side; then a search's batches. */
    private IntFunction<List<Batch>> plan(Dataset dataset) {
        List<Batch> inOrder = Batches.inOrder(dataset.examples(), batch);
        Batches drawn = new Batches(dataset.examples(), batch, batch, seed);
        return step ->
                step <= WARM_UP
                        ? List.of(inOrder.get(step - 1))
                        : drawn.step(step - 1L - WARM_UP);
    }

    private History stage1(
            LanguageModel loaded, IntFunction<List<Batch>> batches, int most, List<Double> times) {
        LoraLayout layout = LoraLayout.of(loaded.layers(), LoraConfig.defaults());
        float[] initial = layout.initial(seed);
        Change change = onto(loaded.network(), layout, initial);
        Trainer.Settings settings =
                new Trainer.Settings(
                        1,
                        new Schedule(2e-4, 0, Schedule.Shape.CONSTANT, most),
                        AdamW.Settings.defaults(),
                        0,
                        Optional.empty());
        Trainable what = Ila.stage1(loaded.network(), change);
        return train(new Trainer(loaded.network(), what, settings), batches, initial, times);
    }

    private History stage2(
            LanguageModel loaded, IntFunction<List<Batch>> batches, int most, List<Double> times) {
        PeftAdapter read = PeftAdapter.read(adapter, loaded.layers());
        Change change = onto(loaded.network(), read.layout(), read.values());
        Ila.MaskSettings mask = new Ila.MaskSettings(4, 0.01, most, 0);
        float[] s = mask.initial(loaded.layers().size());
        DeviceVector logits = loaded.network().vector(s);
        Trainable what = Ila.stage2(change, logits, mask);
        return train(new Trainer(loaded.network(), what, mask.training()), batches, s, times);
    }

    private static Change onto(Network network, LoraLayout layout, float[] values) {
        int layers = layout.layers().size();
        return new Change.Factors(
                network.vector(values),
                IntStream.range(0, layers).mapToObj(layout::rank).toList(),
                IntStream.range(0, layers).mapToObj(layout::scale).toList());
    }

    /** Wall time from step to step, batches included, as on the other side. */
    private History train(
            Trainer trainer, IntFunction<List<Batch>> batches, float[] initial, List<Double> times) {
        long[] last = {System.nanoTime()};
        State start = State.start(stage, initial, new History(List.of()));
        return trainer.run(
                batches,
                List.of(),
                start,
                progress -> {
                    long now = System.nanoTime();
                    times.add((now - last[0]) / NANOS);
                    last[0] = now;
                    if (times.size() == 1) {
                        firstStep = System.currentTimeMillis() / 1e3 - launched;
                    }
                });
    }

    private Map<String, Object> report(
            History history, List<Double> times, Dataset dataset, IntFunction<List<Batch>> plan)
            throws IOException {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("side", "ila");
        out.put("stage", stage);
        out.put("losses", history.steps().stream().map(History.Step::loss).toList());
        out.put("seconds", times);
        out.put("examples", each(plan, times.size(), Batch::rows));
        out.put("tokens", each(plan, times.size(), Batch::tokens));
        out.put("padded", each(plan, times.size(), b -> b.rows() * b.length()));
        out.put("first_step", firstStep);
        out.put(
                "data",
                Map.of(
                        "examples", dataset.examples().size(),
                        "tokens", dataset.tokens(),
                        "supervised", dataset.supervisedTokens()));
        out.put("peak_kib", peakKib());
        out.put(
                "versions",
                Map.of("PyTorch", Torch.version(), "Java", System.getProperty("java.version")));
        return out;
    }

    private static List<Integer> each(
            IntFunction<List<Batch>> plan, int steps, ToIntFunction<Batch> what) {
        return IntStream.rangeClosed(1, steps)
                .mapToObj(step -> plan.apply(step).stream().mapToInt(what).sum())
                .toList();
    }

    private static long peakKib() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
                .findFirst()
                .orElseThrow();
    }
}

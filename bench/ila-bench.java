/// usr/bin/env true; exec "$(dirname "$0")/../jbang" "$0" "$@"
//DESCRIPTION Times one kind of step and prints one JSON line; bench/run.py calls it.
//JAVA 17+
//RUNTIME_OPTIONS --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx512m
//DEPS ../lib/ila.java

import com.google.gson.Gson;
import dev.ila.cli.Errors;
import dev.ila.data.Batch;
import dev.ila.data.Batches;
import dev.ila.data.Conversations;
import dev.ila.data.Dataset;
import dev.ila.data.Example;
import dev.ila.data.Supervision;
import dev.ila.data.Tokenizer;
import dev.ila.delta.FullDifference;
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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "ila-bench", mixinStandardHelpOptions = true, showDefaultValues = true)
class IlaBench implements Callable<Integer> {
    private static final int WARM_UP = 2;
    private static final double NANOS = 1e9;

    /** What a step does: stage 1 with LoRA or on the layers themselves, stage 2, the loss alone. */
    enum Job {
        LORA,
        FULL,
        MASK,
        EVAL
    }

    @Option(names = "--job", required = true, description = "lora, full, mask or eval")
    private Job job;

    @Option(names = "--model", required = true, description = "Hugging Face directory")
    private Path model;

    @Option(names = "--data", required = true, description = "records")
    private Path data;

    @Option(names = "--adapter", description = "mask and eval: the frozen change")
    private Path adapter;

    @Option(names = "--layers", split = ",", description = "lora: names of those that are tuned")
    private Set<String> layers = Set.of(LoraConfig.ALL_LINEAR);

    @Option(names = "--examples", description = "first records that are read")
    private int examples = 160;

    @Option(names = "--max-length", description = "longest example in tokens")
    private int maxLength = 384;

    @Option(names = "--length", description = "join examples, cut into this many tokens; 0: do not")
    private int length;

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
        List<Example> examples = length == 0 ? dataset.examples() : joined(dataset.examples());
        IntFunction<List<Batch>> batches = plan(examples);
        int timed = steps == 0 ? examples.size() / batch : steps;
        Compute compute = new Compute("cpu", precision, threads, false);
        try (LanguageModel loaded = LanguageModel.load(checkpoint, compute)) {
            List<Double> seconds = new ArrayList<>();
            List<Double> losses =
                    job == Job.EVAL
                            ? evaluate(loaded, batches, WARM_UP + timed, seconds)
                            : train(loaded, batches, WARM_UP + timed, seconds);
            System.out.println(new Gson().toJson(report(losses, seconds, dataset, batches)));
        }
        return 0;
    }

    private Dataset read(Checkpoint checkpoint) {
        try (Tokenizer tokenizer = Tokenizer.load(checkpoint.directory())) {
            Conversations.Loaded all = Conversations.read(data, Optional.empty());
            return Dataset.of(all.limit(examples), new Supervision(tokenizer), maxLength);
        }
    }

    /** All tokens in a row, cut into examples of one length; what does not fill one is left out. */
    private List<Example> joined(List<Example> all) {
        int tokens = all.stream().mapToInt(Example::length).sum();
        int[] ids = new int[tokens];
        boolean[] supervised = new boolean[tokens];
        int at = 0;
        for (Example e : all) {
            for (int t = 0; t < e.length(); t++) {
                ids[at] = e.id(t);
                supervised[at++] = e.supervised(t);
            }
        }
        List<Example> cut = new ArrayList<>();
        for (int from = 0; from + length <= tokens; from += length) {
            cut.add(
                    new Example(
                            Arrays.copyOfRange(ids, from, from + length),
                            Arrays.copyOfRange(supervised, from, from + length)));
        }
        return cut;
    }

    /** The first examples in order to warm up, as on the other side; then a search's batches. */
    private IntFunction<List<Batch>> plan(List<Example> examples) {
        List<Batch> inOrder = Batches.inOrder(examples, batch);
        Batches drawn = new Batches(examples, batch, batch, seed);
        return step ->
                step <= WARM_UP
                        ? List.of(inOrder.get((step - 1) % inOrder.size()))
                        : drawn.step(step - 1L - WARM_UP);
    }

    private List<Double> train(
            LanguageModel loaded, IntFunction<List<Batch>> batches, int most, List<Double> times) {
        Network network = loaded.network();
        Ila.MaskSettings mask = new Ila.MaskSettings(4, 0.01, most, 0);
        Trainer.Settings settings =
                new Trainer.Settings(
                        1,
                        new Schedule(2e-4, 0, Schedule.Shape.CONSTANT, most),
                        AdamW.Settings.defaults(),
                        0,
                        Optional.empty());
        Trainable what;
        if (job == Job.MASK) {
            settings = mask.training();
            float[] s = mask.initial(loaded.layers().size());
            what = Ila.stage2(adapter(loaded), network.vector(s), mask);
        } else {
            what = Ila.stage1(network, job == Job.FULL ? full(loaded) : lora(loaded));
        }
        return train(new Trainer(network, what, settings), batches, what, times);
    }

    private Change lora(LanguageModel loaded) {
        LoraConfig all = LoraConfig.defaults();
        LoraConfig some = new LoraConfig(all.rank(), all.alpha(), layers, all.scaling());
        LoraLayout layout = LoraLayout.of(loaded.layers(), some);
        return onto(loaded.network(), layout, layout.initial(seed));
    }

    private Change full(LanguageModel loaded) {
        int size = Math.toIntExact(FullDifference.size(loaded.layers()));
        return new Change.Difference(loaded.network().vector(new float[size]));
    }

    private Change adapter(LanguageModel loaded) {
        PeftAdapter read = PeftAdapter.read(adapter, loaded.layers());
        return onto(loaded.network(), read.layout(), read.values());
    }

    private static Change onto(Network network, LoraLayout layout, float[] values) {
        int layers = layout.layers().size();
        return new Change.Factors(
                network.vector(values),
                IntStream.range(0, layers).mapToObj(layout::rank).toList(),
                IntStream.range(0, layers).mapToObj(layout::scale).toList());
    }

    private List<Double> evaluate(
            LanguageModel loaded, IntFunction<List<Batch>> batches, int most, List<Double> times) {
        Change change = adapter(loaded);
        float[] ones = new float[loaded.layers().size()];
        Arrays.fill(ones, 1f);
        DeviceVector none = loaded.network().vector(new float[1]);
        List<Double> losses = new ArrayList<>();
        long last = System.nanoTime();
        for (int step = 1; step <= most; step++) {
            Batch b = batches.apply(step).get(0);
            float[] nll = loaded.network().step(b, change, ones, Network.Want.LOSS, none, 0);
            losses.add(IntStream.range(0, nll.length).mapToDouble(i -> nll[i]).average().orElse(0));
            last = timed(last, times);
        }
        return losses;
    }

    /** Wall time from step to step, batches included, as on the other side. */
    private List<Double> train(
            Trainer trainer, IntFunction<List<Batch>> batches, Trainable what, List<Double> times) {
        long[] last = {System.nanoTime()};
        State start = State.start(1, what.values().values(), new History(List.of()));
        return trainer
                .run(batches, List.of(), start, progress -> last[0] = timed(last[0], times))
                .steps()
                .stream()
                .map(History.Step::loss)
                .toList();
    }

    private long timed(long last, List<Double> times) {
        long now = System.nanoTime();
        times.add((now - last) / NANOS);
        if (times.size() == 1) {
            firstStep = System.currentTimeMillis() / 1e3 - launched;
        }
        return now;
    }

    private Map<String, Object> report(
            List<Double> losses,
            List<Double> times,
            Dataset dataset,
            IntFunction<List<Batch>> plan)
            throws IOException {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("side", "ila");
        out.put("losses", losses);
        out.put("seconds", times);
        out.put("examples", each(plan, times.size(), Batch::rows));
        out.put("tokens", each(plan, times.size(), Batch::tokens));
        out.put("supervised", each(plan, times.size(), b -> b.labels().length));
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
        out.put("products", new Compute("cpu", precision, threads, false).products());
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

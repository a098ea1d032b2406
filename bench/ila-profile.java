/// usr/bin/env true; exec "$(dirname "$0")/../jbang" "$0" "$@"
//DESCRIPTION Shows where the time of a training step goes, operation by operation.
//JAVA 17+
//RUNTIME_OPTIONS --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx2g
//DEPS ../lib/ila.java

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.ila.cli.Errors;
import dev.ila.data.Batch;
import dev.ila.data.Example;
import dev.ila.delta.LoraConfig;
import dev.ila.delta.LoraLayout;
import dev.ila.model.Checkpoint;
import dev.ila.model.LanguageModel;
import dev.ila.torch.Change;
import dev.ila.torch.Compute;
import dev.ila.torch.DeviceVector;
import dev.ila.torch.Network;
import dev.ila.torch.Network.Want;
import dev.ila.torch.Precision;
import dev.ila.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "ila-profile",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = {
            "Times training steps on random tokens, then shows where the time of one goes.",
            "Times are an operation's own; the second is with what it calls."
        })
class IlaProfile implements Callable<Integer> {
    @Option(names = "--model", required = true, description = "Hugging Face directory")
    private Path model;

    @Option(names = "--batch", description = "examples of a step")
    private int batch = 8;

    @Option(names = "--length", description = "tokens of an example, of which 60 %% supervised")
    private int length = 256;

    @Option(names = "--want", description = "loss, change_gradient or mask_gradient")
    private Want want = Want.CHANGE_GRADIENT;

    @Option(names = "--precision", description = "bf16 or f32")
    private Precision precision = Precision.BF16;

    @Option(names = "--products", description = "bf16 or f32 (default: what is faster here)")
    private Optional<Precision> products = Optional.empty();

    @Option(names = "--recompute", description = "compute blocks again instead of keeping them")
    private boolean recompute;

    @Option(names = "--threads", description = "of PyTorch")
    private int threads = 2;

    @Option(names = "--steps", description = "timed without profile, after two to warm up")
    private int steps = 5;

    @Option(names = "--rows", description = "lines of the table; 0: none")
    private int rows = 30;

    /** Time of one operation, without and with what it calls. */
    private static final class Total {
        private double micros;
        private double whole;
        private int calls;
    }

    /** An operation that others may be called by. */
    private record Open(String name, double end, double[] own) {}

    public static void main(String... args) {
        System.exit(Errors.commandLine(new IlaProfile()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Compute usual = new Compute("cpu", precision, threads, recompute);
        Compute compute =
                new Compute("cpu", precision, threads, recompute, products.orElse(usual.products()));
        Path trace = Files.createTempFile("ila-profile", ".json");
        Torch.start(threads);
        long begun = System.nanoTime();
        try (LanguageModel loaded = LanguageModel.load(Checkpoint.open(model), compute)) {
            System.out.printf("loaded in %.2f s%n", (System.nanoTime() - begun) / 1e9);
            Runnable step = step(loaded);
            double[] seconds = new double[steps];
            long faults = 0;
            for (int i = -2; i < steps; i++) {
                faults = i == 0 ? pageFaults() : faults;
                long start = System.nanoTime();
                step.run();
                if (i >= 0) {
                    seconds[i] = (System.nanoTime() - start) / 1e9;
                }
            }
            Arrays.sort(seconds);
            System.out.printf(
                    "%d x %d tokens, %s, products in %s: %.3f s a step (median of %d; %.3f to %.3f), %.0f tokens/s,"
                            + " %d page faults, peak %.2f GB%n",
                    batch,
                    length,
                    precision,
                    compute.products(),
                    seconds[steps / 2],
                    steps,
                    seconds[0],
                    seconds[steps - 1],
                    batch * length / seconds[steps / 2],
                    (pageFaults() - faults) / steps,
                    peakGb());
            if (rows == 0) {
                return 0;
            }
            Torch.profile(trace, step);
            show(totals(JsonParser.parseString(Files.readString(trace))));
        } finally {
            Files.deleteIfExists(trace);
        }
        return 0;
    }

    private Runnable step(LanguageModel loaded) {
        Random random = new Random(1);
        int vocabulary = loaded.checkpoint().architecture().vocabulary();
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
            boolean[] supervised = new boolean[length];
            Arrays.fill(supervised, length * 2 / 5, length, true);
            examples.add(
                    new Example(
                            IntStream.range(0, length)
                                    .map(t -> random.nextInt(vocabulary))
                                    .toArray(),
                            supervised));
        }
        Batch tokens = Batch.of(examples);
        LoraLayout layout = LoraLayout.of(loaded.layers(), LoraConfig.defaults());
        Network network = loaded.network();
        int layers = layout.layers().size();
        Change change =
                new Change.Factors(
                        network.vector(layout.initial(1)),
                        IntStream.range(0, layers).mapToObj(layout::rank).toList(),
                        IntStream.range(0, layers).mapToObj(layout::scale).toList());
        float[] gamma = new float[layers];
        Arrays.fill(gamma, 1f);
        int size = want == Want.MASK_GRADIENT ? layers : change.values().size();
        DeviceVector gradient = network.vector(new float[size]);
        double weight = 1.0 / tokens.labels().length;
        return () -> network.step(tokens, change, gamma, want, gradient, weight);
    }

    /** Own time by name: of each event its length without that of the events inside it. */
    private Map<String, Total> totals(JsonElement trace) {
        List<JsonObject> events = new ArrayList<>();
        for (JsonElement e : trace.getAsJsonArray()) {
            if (e.getAsJsonObject().has("dur")) {
                events.add(e.getAsJsonObject());
            }
        }
        events.sort(
                Comparator.<JsonObject>comparingDouble(e -> e.get("ts").getAsDouble())
                        .thenComparing(e -> -e.get("dur").getAsDouble()));
        Map<String, Total> totals = new HashMap<>();
        Map<String, Deque<Open>> threadsOpen = new HashMap<>();
        for (JsonObject e : events) {
            double start = e.get("ts").getAsDouble();
            double micros = e.get("dur").getAsDouble();
            Deque<Open> open =
                    threadsOpen.computeIfAbsent(e.get("tid").getAsString(), t -> new ArrayDeque<>());
            while (!open.isEmpty() && open.peek().end() <= start) {
                close(open.pop(), totals);
            }
            if (!open.isEmpty()) {
                open.peek().own()[0] -= micros;
            }
            String name = e.get("name").getAsString();
            totals.computeIfAbsent(name, n -> new Total()).whole += micros;
            open.push(new Open(name, start + micros, new double[] {micros}));
        }
        threadsOpen.values().forEach(open -> open.forEach(o -> close(o, totals)));
        return totals;
    }

    private static void close(Open open, Map<String, Total> totals) {
        Total total = totals.computeIfAbsent(open.name(), n -> new Total());
        total.micros += open.own()[0];
        total.calls++;
    }

    private void show(Map<String, Total> totals) {
        double all = totals.values().stream().mapToDouble(t -> t.micros).sum();
        System.out.printf(
                "%n%9s %6s %9s %7s  %s%n", "ms", "share", "whole ms", "calls", "operation");
        totals.entrySet().stream()
                .sorted(Comparator.comparingDouble(e -> -e.getValue().micros))
                .limit(rows)
                .forEach(
                        e ->
                                System.out.printf(
                                        "%9.1f %5.1f%% %9.1f %7d  %s%n",
                                        e.getValue().micros / 1e3,
                                        100 * e.getValue().micros / all,
                                        e.getValue().whole / 1e3,
                                        e.getValue().calls,
                                        e.getKey()));
        System.out.printf("%9.1f %5.1f%%                    all%n", all / 1e3, 100.0);
    }

    /** Those that were served without a disk, of all threads of this process. */
    private static long pageFaults() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        return Long.parseLong(stat.substring(stat.lastIndexOf(')')).split(" ")[8]);
    }

    private static double peakGb() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]+", "")) * 1024 / 1e9)
                .findFirst()
                .orElseThrow();
    }
}

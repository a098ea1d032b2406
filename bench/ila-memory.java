/// usr/bin/env true; exec "$(dirname "$0")/../jbang" "$0" "$@"
//DESCRIPTION Measures how the memory of a step grows with the vocabulary and with the length, and draws it.
//JAVA 17+
//RUNTIME_OPTIONS --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx512m
//DEPS ../lib/ila.java

import dev.ila.cli.Errors;
import dev.ila.data.Batch;
import dev.ila.data.Example;
import dev.ila.search.Memory;
import dev.ila.torch.Change;
import dev.ila.torch.Compute;
import dev.ila.torch.DeviceVector;
import dev.ila.torch.Dimensions;
import dev.ila.torch.Network;
import dev.ila.torch.Precision;
import dev.ila.torch.Stored;
import dev.ila.torch.Weights;
import dev.ila.view.Charts;
import java.awt.Color;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "ila-memory",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = {
            "Measures the resident memory that a step adds to the loaded weights, by vocabulary and by length.",
            "Random weights of SmolLM2-135M's widths in 8 blocks, LoRA of rank 8 on all layers, 60 %% of the"
                    + " tokens supervised; each point is a process of its own that makes three steps."
        })
class IlaMemory implements Callable<Integer> {
    private static final int BLOCKS = 8;
    private static final int RANK = 8;
    private static final int[] VOCABULARIES = {8_000, 16_000, 32_000, 64_000, 128_000};
    private static final int[] LENGTHS = {512, 1024, 2048, 4096, 8192};

    @Option(names = "--precision", description = "bf16 or f32")
    private Precision precision = Precision.F32;

    @Option(names = "--threads", description = "of PyTorch")
    private int threads = 2;

    @Option(names = "--out", description = "base name of the pictures")
    private Path out = Path.of("memory");

    @Option(names = "--point", arity = "3", hidden = true, description = "vocabulary, length, recompute")
    private List<String> point;

    public static void main(String... args) {
        System.exit(Errors.commandLine(new IlaMemory()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        if (point != null) {
            boolean recompute = Boolean.parseBoolean(point.get(2));
            System.out.println(measure(number(0), number(1), recompute));
            return 0;
        }
        System.out.println("| vocabulary | length | recomputation | MB | estimate, MB |\n|---|---|---|---|---|");
        double[] byVocabulary = points(VOCABULARIES, v -> row(v, 1024, false));
        double[] kept = points(LENGTHS, n -> row(32_000, n, false));
        double[] again = points(LENGTHS, n -> row(32_000, n, true));
        XYChart first = chart("Memory of a step of 1,024 tokens", "vocabulary");
        first.addSeries("all kept", doubles(VOCABULARIES), byVocabulary);
        Charts.save(first, out.resolveSibling(out.getFileName() + "-vocabulary"));
        XYChart second = chart("Memory of a step of one row", "tokens of the row");
        second.addSeries("all kept", doubles(LENGTHS), kept);
        second.addSeries("recomputed", doubles(LENGTHS), again);
        Charts.save(second, out.resolveSibling(out.getFileName() + "-length"));
        return 0;
    }

    private int number(int i) {
        return Integer.parseInt(point.get(i));
    }

    private interface Point {
        double at(int x) throws Exception;
    }

    private static double[] points(int[] xs, Point point) throws Exception {
        double[] out = new double[xs.length];
        for (int i = 0; i < xs.length; i++) {
            out[i] = point.at(xs[i]);
        }
        return out;
    }

    private static double[] doubles(int[] xs) {
        return Arrays.stream(xs).asDoubleStream().toArray();
    }

    /** One point by a process of its own, in MB; prints its line. */
    private double row(int vocabulary, int length, boolean recompute) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = new ArrayList<>(List.of(java, "-XX:+UseSerialGC", "-XX:+AlwaysPreTouch"));
        command.addAll(List.of("-Xms256m", "-Xmx256m", "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(IlaMemory.class.getName(), "--precision", precision.name()));
        command.addAll(List.of("--threads", "" + threads, "--point"));
        command.addAll(List.of("" + vocabulary, "" + length, "" + recompute));
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String said = new String(process.getInputStream().readAllBytes()).strip();
        if (process.waitFor() != 0) {
            throw new IllegalStateException("a point could not be measured: " + said);
        }
        double mb = Long.parseLong(said.lines().reduce("", (a, b) -> b)) / 1e6;
        List<Integer> ranks = Collections.nCopies(BLOCKS * 7, RANK);
        Memory m =
                Memory.of(
                        dimensions(vocabulary),
                        new Compute("cpu", precision, threads, recompute),
                        new Memory.Trained(ranks, 0, true),
                        1,
                        length);
        System.out.printf(
                "| %,d | %,d | %s | %.0f | %.0f |%n",
                vocabulary, length, recompute ? "yes" : "no", mb, (m.activations() + m.head()) / 1e6);
        return mb;
    }

    private static XYChart chart(String title, String x) {
        XYChart chart =
                new XYChartBuilder()
                        .width(700)
                        .height(420)
                        .title(title)
                        .xAxisTitle(x)
                        .yAxisTitle("MB beyond weights and Java")
                        .build();
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNW);
        chart.getStyler().setYAxisMin(0.0);
        chart.getStyler().setXAxisMin(0.0);
        chart.getStyler().setXAxisDecimalPattern("#,##0");
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        return chart;
    }

    private static Dimensions dimensions(int vocabulary) {
        return new Dimensions(BLOCKS, 576, 1536, vocabulary, 9, 3, 64, true);
    }

    /** Bytes that steps add to what is resident before the first. */
    private long measure(int vocabulary, int length, boolean recompute) throws IOException {
        Dimensions d = dimensions(vocabulary);
        float[] frequencies = new float[d.headSize() / 2];
        for (int j = 0; j < frequencies.length; j++) {
            frequencies[j] = (float) Math.pow(1e4, -2.0 * j / d.headSize());
        }
        Compute compute = new Compute("cpu", precision, threads, recompute);
        try (Network n = new Network(d, 1e-5, frequencies, compute)) {
            Random random = new Random(1);
            fill(n.weights(), d, random);
            Change change = lora(n, random);
            // Weights get their columns for LoRA, the program its first call.
            step(n, change, batch(random, vocabulary, 8));
            System.gc();
            long before = kib("VmRSS");
            Batch batch = batch(random, vocabulary, length);
            Files.writeString(Path.of("/proc/self/clear_refs"), "5");
            for (int i = 0; i < 3; i++) {
                step(n, change, batch);
            }
            return (kib("VmHWM") - before) << 10;
        }
    }

    private static void step(Network n, Change change, Batch batch) {
        float[] gamma = new float[n.dimensions().layers()];
        Arrays.fill(gamma, 1f);
        try (DeviceVector gradient = n.vector(new float[change.values().size()])) {
            n.step(batch, change, gamma, Network.Want.CHANGE_GRADIENT, gradient, 1e-3);
        }
    }

    private static void fill(Weights w, Dimensions d, Random random) {
        ByteBuffer row = ByteBuffer.allocateDirect(4 * 1536).order(ByteOrder.LITTLE_ENDIAN);
        for (int r = 0; r < d.vocabulary(); r++) {
            w.put(Weights.Part.EMBEDDING, r, Stored.F32, row(row, random, d.hidden(), 0));
        }
        w.put(Weights.Part.FINAL_NORM, 0, Stored.F32, row(row, random, d.hidden(), 1));
        for (int b = 0; b < d.blocks(); b++) {
            w.putNorm(b, 0, Stored.F32, row(row, random, d.hidden(), 1));
            w.putNorm(b, 1, Stored.F32, row(row, random, d.hidden(), 1));
            for (int l = 0; l < 7; l++) {
                for (int r = 0; r < d.outputs(l); r++) {
                    w.putLayer(b, l, r, Stored.F32, row(row, random, d.inputs(l), 0));
                }
            }
        }
    }

    private static ByteBuffer row(ByteBuffer to, Random random, int size, float mean) {
        to.clear();
        for (int i = 0; i < size; i++) {
            to.putFloat(mean + (random.nextFloat() - 0.5f) / 10);
        }
        return to.flip();
    }

    private static Change lora(Network n, Random random) {
        Dimensions d = n.dimensions();
        int size = IntStream.range(0, d.layers()).map(i -> RANK * (d.inputs(i % 7) + d.outputs(i % 7))).sum();
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (random.nextFloat() - 0.5f) / 10;
        }
        return new Change.Factors(
                n.vector(values),
                Collections.nCopies(d.layers(), RANK),
                Collections.nCopies(d.layers(), 2.0));
    }

    private static Batch batch(Random random, int vocabulary, int length) {
        boolean[] supervised = new boolean[length];
        Arrays.fill(supervised, length * 2 / 5, length, true);
        return Batch.of(List.of(new Example(random.ints(length, 0, vocabulary).toArray(), supervised)));
    }

    private static long kib(String name) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(name + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
                .findFirst()
                .orElseThrow();
    }
}

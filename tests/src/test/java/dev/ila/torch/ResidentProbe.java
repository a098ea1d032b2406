package dev.ila.torch;

import dev.ila.data.Batches;
import dev.ila.data.Conversations;
import dev.ila.data.Dataset;
import dev.ila.data.Demo;
import dev.ila.data.Supervision;
import dev.ila.data.Tokenizer;
import dev.ila.delta.LoraConfig;
import dev.ila.delta.LoraLayout;
import dev.ila.model.Checkpoint;
import dev.ila.model.LanguageModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A process of its own: 500 steps of both stages; prints a line for each, whose last word is by how
 * many bytes resident memory grew after step 100. By Linux.
 */
final class ResidentProbe {
    private ResidentProbe() {}

    /** Arguments: a folder for the model. */
    public static void main(String... args) {
        Path demo = Demo.extract(Path.of(args[0]));
        Batches batches = new Batches(examples(demo).examples(), 2, 2, 1);
        Compute compute = new Compute("cpu", Precision.F32, 2, false);
        try (LanguageModel model = LanguageModel.load(Checkpoint.open(demo), compute)) {
            LoraLayout layout = LoraLayout.of(model.layers(), LoraConfig.defaults());
            Network n = model.network();
            List<Integer> ranks =
                    IntStream.range(0, model.layers().size()).mapToObj(layout::rank).toList();
            List<Double> scales =
                    model.layers().stream().map(l -> layout.scale(l.index())).toList();
            Change change = new Change.Factors(n.vector(layout.initial(1)), ranks, scales);
            DeviceVector s = n.vector(new float[model.layers().size()]);
            for (int stage = 1; stage <= 2; stage++) {
                TreeMap<Integer, Long> resident = new TreeMap<>();
                NativeMemoryTest.train(
                        n,
                        stage,
                        NativeMemoryTest.what(n, stage, change, s),
                        step -> batches.step(step),
                        500,
                        step -> resident.put(step, step % 100 == 0 ? resident() : 0));
                resident.values().removeIf(bytes -> bytes == 0);
                long growth = resident.get(500) - resident.get(100);
                System.out.println("stage " + stage + " " + resident + " " + growth);
            }
        }
    }

    private static Dataset examples(Path demo) {
        try (Tokenizer tokenizer = Tokenizer.load(demo)) {
            Conversations.Loaded read =
                    Conversations.read(demo.resolve("terse.json"), Optional.empty());
            return Dataset.of(read, new Supervision(tokenizer), 128);
        }
    }

    /** VmRSS of this process in bytes. */
    private static long resident() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

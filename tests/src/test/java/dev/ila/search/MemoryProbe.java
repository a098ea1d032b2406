package dev.ila.search;

import dev.ila.data.Batch;
import dev.ila.data.Example;
import dev.ila.model.Checkpoint;
import dev.ila.model.LanguageModel;
import dev.ila.torch.AdamW;
import dev.ila.torch.Change;
import dev.ila.torch.Compute;
import dev.ila.torch.DeviceVector;
import dev.ila.torch.Network;
import dev.ila.torch.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A process of its own: two steps of stage 1 on tokens drawn by chance; prints the highest resident
 * memory and the estimate, in bytes.
 */
final class MemoryProbe {
    private MemoryProbe() {}

    /** Arguments: model, precision, rows, length, recompute, full. */
    public static void main(String... args) throws Exception {
        Checkpoint checkpoint = Checkpoint.open(Path.of(args[0]));
        Precision precision = Precision.valueOf(args[1]);
        Compute compute = new Compute("cpu", precision, 2, Boolean.parseBoolean(args[4]));
        Delta delta =
                Boolean.parseBoolean(args[5])
                        ? new Delta.Full()
                        : new Delta.Lora(8, 16, List.of("all-linear"));
        int rows = Integer.parseInt(args[2]);
        int length = Integer.parseInt(args[3]);
        DeltaTheta source = DeltaTheta.of(delta, checkpoint, Optional.empty(), 1);
        long peak;
        try (LanguageModel model = LanguageModel.load(checkpoint, compute)) {
            Network network = model.network();
            Change change = source.onto(network);
            int size = change.values().size();
            Batch batch = batch(rows, length, checkpoint.architecture().vocabulary());
            float[] gamma = new float[network.dimensions().layers()];
            Arrays.fill(gamma, 1f);
            try (AdamW adam = new AdamW(network, AdamW.Settings.defaults(), size);
                    DeviceVector gradient = network.vector(new float[size])) {
                for (int step = 1; step <= 2; step++) {
                    network.step(
                            batch, change, gamma, Network.Want.CHANGE_GRADIENT, gradient, 1e-3);
                    adam.step(change.values(), gradient, 1e-4, step);
                }
            }
            peak = peak();
        }
        Memory memory =
                Memory.of(
                        LanguageModel.dimensions(checkpoint.architecture()),
                        compute,
                        Preview.trained(delta, checkpoint.layers(), checkpoint.architecture()),
                        rows,
                        length);
        System.out.println(peak + " " + memory.total() + " " + memory);
    }

    /** Rows of one example of tokens drawn by chance. */
    static Batch batch(int rows, int length, int vocabulary) {
        return Batch.of(Collections.nCopies(rows, example(length, vocabulary)));
    }

    /** Two thirds of it are supervised. */
    static Example example(int length, int vocabulary) {
        SplittableRandom random = new SplittableRandom(1);
        boolean[] supervised = new boolean[length];
        Arrays.fill(supervised, length / 3, length, true);
        return new Example(random.ints(length, 0, vocabulary).toArray(), supervised);
    }

    /** The highest resident memory of this process, in bytes. */
    static long peak() throws Exception {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(l -> l.startsWith("VmHWM:"))
                .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }
}

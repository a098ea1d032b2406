package dev.ila.train;

import com.google.gson.Gson;
import dev.ila.data.Batch;
import dev.ila.data.Batches;
import dev.ila.data.Example;
import dev.ila.delta.LoraLayout;
import dev.ila.delta.PeftAdapter;
import dev.ila.model.Checkpoint;
import dev.ila.model.LanguageModel;
import dev.ila.torch.Change;
import dev.ila.torch.Compute;
import dev.ila.torch.Network;
import dev.ila.torch.Precision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The committed tiny model, batches for it, and adapters on it that PEFT made. */
public final class Fixture {
    private Fixture() {}

    /** One row of a batch as in the file; {@code supervised} is 0 or 1. */
    private record Row(int[] ids, int[] supervised) {
        Example example() {
            boolean[] flags = new boolean[supervised.length];
            for (int i = 0; i < flags.length; i++) {
                flags[i] = supervised[i] == 1;
            }
            return new Example(ids, flags);
        }
    }

    /** A committed file or folder. */
    public static Path resource(String name) {
        try {
            return Path.of(Fixture.class.getResource("/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(name + " must be a file, but is not", e);
        }
    }

    /** A JSON file as some type. */
    public static <T> T json(Path file, Class<T> type) {
        try {
            return new Gson().fromJson(Files.readString(file), type);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " could not be read", e);
        }
    }

    /** The model in f32, with the one thread count that all tests in a process share. */
    public static LanguageModel model() {
        return model(resource("golden/tied"), Precision.F32);
    }

    /** A model on the CPU. */
    public static LanguageModel model(Path directory, Precision precision) {
        Compute compute = new Compute("cpu", precision, 2, false);
        return LanguageModel.load(Checkpoint.open(directory), compute);
    }

    /** The rows of every step. */
    public static List<List<Example>> steps(Path file) {
        return Arrays.stream(json(file, Row[][].class))
                .map(rows -> Arrays.stream(rows).map(Row::example).toList())
                .toList();
    }

    /** The rows of every step of the committed batches. */
    public static List<List<Example>> steps() {
        return steps(resource("parity/batches.json"));
    }

    /** Rows as micro-batches. */
    public static List<Batch> batches(List<Example> rows, int micro) {
        return Batches.inOrder(rows, micro);
    }

    /** An adapter's factors on the network. */
    public static Change.Factors factors(LanguageModel model, Path adapter) {
        PeftAdapter read = PeftAdapter.read(adapter, model.layers());
        return factors(model.network(), read.layout(), read.values());
    }

    private static Change.Factors factors(Network network, LoraLayout layout, float[] values) {
        int layers = layout.layers().size();
        return new Change.Factors(
                network.vector(values),
                IntStream.range(0, layers).mapToObj(layout::rank).toList(),
                IntStream.range(0, layers).mapToObj(layout::scale).toList());
    }
}

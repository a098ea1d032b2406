package dev.ila.model;

import dev.ila.torch.Compute;
import dev.ila.torch.Precision;
import dev.ila.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A process of its own that loads a model and says how much memory that took at its peak. */
final class Loading {
    private Loading() {}

    /** Arguments: the model's directory, the precision; prints bytes at most above the engine's. */
    public static void main(String[] arguments) throws IOException {
        Torch.start(1);
        Compute compute = new Compute("cpu", Precision.valueOf(arguments[1]), 1, false);
        // The first model brings what every model needs: the program, JNI's classes.
        Golden.of("tied").load(compute).close();
        System.gc();
        Path self = Path.of("/proc/self");
        // 5: the peak is that of now.
        Files.writeString(self.resolve("clear_refs"), "5");
        long before = bytes(self, "VmRSS:");
        try (LanguageModel model =
                LanguageModel.load(Checkpoint.open(Path.of(arguments[0])), compute)) {
            long peak = bytes(self, "VmHWM:") - before;
            System.out.println(model.layers().size() + " " + peak);
        }
    }

    private static long bytes(Path self, String name) throws IOException {
        return Files.readAllLines(self.resolve("status")).stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .sum();
    }
}

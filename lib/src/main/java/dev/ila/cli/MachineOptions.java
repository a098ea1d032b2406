package dev.ila.cli;

import dev.ila.torch.Compute;
import dev.ila.torch.Precision;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Where and how to compute: the options of every script that does. */
public final class MachineOptions {
    @ArgGroup(validate = false, order = 3, heading = "%nThe machine%n")
    private Machine machine = new Machine();

    private static final class Machine {
        @Option(
                names = "--device",
                paramLabel = "NAME",
                description =
                        "cpu, cuda, or cuda:1 for the second of several. Default: cuda where"
                                + " PyTorch's natives are CUDA's and a device is there, else cpu.")
        private Optional<String> device = Optional.empty();

        @Option(
                names = "--precision",
                paramLabel = "TYPE",
                description =
                        "f32, bf16, nf4 or nf4_double: numbers of the frozen weights and of what is computed"
                                + " with them. bf16 takes half the memory and repeats as exactly,"
                                + " but rounds more; nf4 is bf16 with the linear layers' weights"
                                + " in 4 bits, as in QLoRA, nf4_double with its double quantization."
                                + " Default: f32.")
        private Precision precision = Precision.F32;

        @Option(
                names = "--threads",
                paramLabel = "N",
                description =
                        "Threads that compute. Another number rounds differently. Default: the"
                                + " processors of this machine.")
        private Optional<Integer> threads = Optional.empty();

        @Option(
                names = "--recompute",
                description =
                        "Keep each block's input only and compute the rest again on the way back:"
                                + " less memory, a third more time.")
        private boolean recompute;
    }

    /** Threads that compute, if they were given. */
    public OptionalInt threads() {
        return machine.threads.map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    /** Device, precision and threads. */
    public Compute compute() {
        int threads = machine.threads.orElse(Compute.defaults().threads());
        String device = machine.device.orElseGet(Compute::defaultDevice);
        return new Compute(device, machine.precision, threads, machine.recompute);
    }
}

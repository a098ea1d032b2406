package dev.ila.cli;

import dev.ila.torch.Compute;
import dev.ila.torch.Precision;
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
                description = "cpu, cuda, or cuda:1 for the second of several. Default: cpu.")
        private String device = "cpu";

        @Option(
                names = "--precision",
                paramLabel = "TYPE",
                description =
                        "f32 or bf16: numbers of the frozen weights and of what is computed with"
                                + " them. bf16 takes half the memory and repeats as exactly, but"
                                + " rounds more. Default: f32.")
        private Precision precision = Precision.F32;

        @Option(
                names = "--threads",
                paramLabel = "N",
                description =
                        "Threads that compute. Another number rounds differently. Default: the"
                                + " processors of this machine.")
        private int threads = Runtime.getRuntime().availableProcessors();

        @Option(
                names = "--recompute",
                description =
                        "Keep each block's input only and compute the rest again on the way back:"
                                + " less memory, a third more time.")
        private boolean recompute;
    }

    /** Device, precision and threads. */
    public Compute compute() {
        return new Compute(machine.device, machine.precision, machine.threads, machine.recompute);
    }
}

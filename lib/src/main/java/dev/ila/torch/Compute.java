package dev.ila.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.engine.StandardCapabilities;
import ai.djl.util.Platform;
import ai.djl.util.Utils;
import ai.djl.util.cuda.CudaUtils;
import dev.ila.run.Host;
import dev.ila.run.Require;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * Where and how numbers are computed.
 *
 * @param device {@code cpu}, {@code cuda} or {@code cuda:1}
 * @param precision number type of frozen weights and activations
 * @param threads of the CPU; runs repeat bit by bit only with the same number
 * @param recompute whether to keep only each block's input and compute the rest of it again on the
 *     way back: less memory, about a third more time
 * @param products number type in which a block is computed: the precision (for NF4 bf16), or f32
 *     where the processor's bf16 products are slower; no less exact
 */
public record Compute(
        String device, Precision precision, int threads, boolean recompute, Precision products) {
    /** System property: the GPU that is meant by {@code cuda} without a number. */
    public static final String GPU = "ila.gpu";

    /** Checks the values; whether the device exists, {@link Network} finds out. */
    public Compute {
        Require.that(
                products == Precision.F32 || products == unpacked(precision),
                products,
                "products",
                unpacked(precision) + " or F32");
        device = device.toLowerCase(Locale.ROOT);
        Require.that(
                device.matches("cpu|cuda(:\\d{1,3})?"),
                device,
                "--device",
                "cpu, cuda or cuda:NUMBER");
        Require.atLeast(1, threads, "--threads");
    }

    /** With products in the type that is faster on this machine. */
    public Compute(String device, Precision precision, int threads, boolean recompute) {
        this(device, precision, threads, recompute, products(device, precision));
    }

    /** A CPU's bf16 products are the faster ones by AMX, and by AVX-512 where that is AMD's. */
    private static Precision products(String device, Precision precision) {
        boolean fast =
                !device.equalsIgnoreCase("cpu")
                        || Host.processorHas("amx_bf16")
                        || Host.processorHas("avx512_bf16") && Host.processorIsAmd();
        return fast ? unpacked(precision) : Precision.F32;
    }

    private static Precision unpacked(Precision precision) {
        return precision.packed() ? Precision.BF16 : precision;
    }

    /** {@link #defaultDevice}, f32, as many threads as the machine has processors. */
    public static Compute defaults() {
        int threads = Runtime.getRuntime().availableProcessors();
        return new Compute(defaultDevice(), Precision.F32, threads, false);
    }

    /** {@code cuda} where CUDA's natives and a device are there, else {@code cpu}. */
    public static String defaultDevice() {
        return cudaNatives() && CudaUtils.hasCuda() ? "cuda" : "cpu";
    }

    /**
     * Whether PyTorch's natives, by environment or class path or what DJL would fetch, are CUDA's.
     */
    private static boolean cudaNatives() {
        String asked = Utils.getEnvOrSystemProperty("PYTORCH_FLAVOR");
        String flavor = asked == null ? Platform.detectPlatform("pytorch").getFlavor() : asked;
        return flavor.startsWith("cu");
    }

    /**
     * Number of the GPU that computes, if one does. {@code cuda} alone is the first, or the one
     * that the system property {@value #GPU} gives this process.
     */
    public OptionalInt gpu() {
        if (device.equals("cpu")) {
            return OptionalInt.empty();
        }
        boolean any = device.equals("cuda");
        return OptionalInt.of(
                any ? Integer.getInteger(GPU, 0) : Integer.parseInt(device.substring(5)));
    }

    /** The device, once PyTorch runs; fails if there is none of that name. */
    Device djl() {
        if (gpu().isEmpty()) {
            return Device.cpu();
        }
        Engine engine = Engine.getEngine("PyTorch");
        int there = engine.hasCapability(StandardCapabilities.CUDA) ? engine.getGpuCount() : 0;
        int number = gpu().getAsInt();
        String rule = "cpu or cuda:0 to cuda:" + (there - 1);
        if (there == 0) {
            rule =
                    cudaNatives()
                            ? "cpu, since no CUDA device is there"
                            : "cpu, since PyTorch's natives are those for the CPU (for CUDA's start"
                                    + " with ILA_NATIVE=djl on a machine with a GPU)";
        }
        Require.that(number < there, device, "--device", rule);
        return Device.gpu(number);
    }

    /** Want of memory, on the CPU or a GPU, with what to do about it; else the failure itself. */
    RuntimeException told(EngineException e, int rows, int length) {
        String lower = rows > 1 ? "--micro-batch" : "--max-length";
        return told(e, rows, length, lower + (recompute ? "" : " or give --recompute"));
    }

    /** The same where something else is to be lowered. */
    RuntimeException told(EngineException e, int rows, int length, String lower) {
        String text = String.valueOf(e.getMessage());
        if (!text.contains("out of memory") && !text.contains("can't allocate memory")) {
            return e;
        }
        return new IllegalStateException(
                "memory of %s must hold a micro-batch of %,d × %,d tokens, but is full; lower %s"
                        .formatted(device, rows, length, lower),
                e);
    }
}

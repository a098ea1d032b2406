package dev.ila.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * On what a run was made. None of it changes what was computed, except that other processors and
 * thread counts round differently.
 *
 * @param os name, version and architecture
 * @param cpu the processor's name, where the system tells it, else its architecture
 * @param cpus processors that this process may use
 * @param jvm vendor's name and version
 * @param versions of the library ({@code ila}) and what it stands on, by name
 * @param threads that compute
 * @param started time of start, ISO 8601 in UTC
 * @param seconds from start to end; 0 while the run goes on
 */
public record Host(
        String os,
        String cpu,
        int cpus,
        String jvm,
        Map<String, String> versions,
        int threads,
        String started,
        double seconds) {
    /** Sorts the versions by name, so that they are written in one order. */
    public Host {
        versions = Provenance.sorted(versions);
        Require.atLeast(1, threads, "threads");
    }

    /**
     * This machine, now.
     *
     * @param versions of what the library stands on, as {@code djl} and {@code pytorch}; the
     *     library's own is added
     */
    public static Host current(int threads, Map<String, String> versions) {
        Map<String, String> all = new TreeMap<>(versions);
        all.put("ila", Version.current());
        return new Host(
                property("os.name") + " " + property("os.version") + " " + property("os.arch"),
                processor(),
                Runtime.getRuntime().availableProcessors(),
                property("java.vm.name") + " " + property("java.runtime.version"),
                all,
                threads,
                Instant.now().toString(),
                0);
    }

    /** Bytes of memory that new work can have without pushing other work out. */
    public static long availableMemory() {
        Path info = Path.of("/proc/meminfo");
        if (Files.isReadable(info)) {
            try (Stream<String> lines = Files.lines(info)) {
                Optional<String> line =
                        lines.filter(l -> l.startsWith("MemAvailable:")).findFirst();
                if (line.isPresent()) {
                    return Long.parseLong(line.get().replaceAll("\\D", "")) * 1024;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(info + " must be readable, but is not", e);
            }
        }
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getFreeMemorySize();
    }

    /**
     * Bytes of a GPU's memory that nobody holds, by NVIDIA's tool; empty where it is not there.
     *
     * @param gpu by the driver's count, which {@code CUDA_VISIBLE_DEVICES} does not change
     */
    public static OptionalLong availableGpuMemory(int gpu) {
        return availableGpuMemory("nvidia-smi", gpu);
    }

    static OptionalLong availableGpuMemory(String tool, int gpu) {
        List<String> asked =
                List.of(
                        tool,
                        "--query-gpu=memory.free",
                        "--format=csv,noheader,nounits",
                        "--id=" + gpu);
        try {
            Process process = new ProcessBuilder(asked).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
            boolean number = process.waitFor() == 0 && said.matches("\\d{1,9}");
            return number ? OptionalLong.of(Long.parseLong(said) << 20) : OptionalLong.empty();
        } catch (IOException e) {
            return OptionalLong.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalLong.empty();
        }
    }

    /**
     * Lets {@link #peakMemory} tell the peak from now on; where the system can, that is Linux. What
     * this process has freed it gives back first, or it would count for whatever comes next.
     */
    public static void forgetPeak() {
        Path refs = Path.of("/proc/self/clear_refs");
        if (Files.isWritable(refs)) {
            System.gc();
            try {
                // Glibc's allocator keeps freed memory; JNA comes with DJL.
                NativeLibrary.getProcess()
                        .getFunction("malloc_trim")
                        .invokeInt(new Object[] {new NativeLong(0)});
            } catch (UnsatisfiedLinkError e) {
                // Another C library has no such function: the peak is then one at most.
            }
            try {
                Files.writeString(refs, "5");
            } catch (IOException e) {
                throw new UncheckedIOException(refs + " must be writable, but is not", e);
            }
        }
    }

    /**
     * Bytes of memory that this process had at its highest since {@link #forgetPeak}; empty where
     * the system does not tell.
     */
    public static OptionalLong peakMemory() {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status) || !Files.isWritable(Path.of("/proc/self/clear_refs"))) {
            return OptionalLong.empty();
        }
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(l -> l.startsWith("VmHWM:"))
                    .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) * 1024)
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(status + " must be readable, but is not", e);
        }
    }

    /** The same with the seconds from its start to now. */
    public Host finished() {
        double passed = Duration.between(Instant.parse(started), Instant.now()).toMillis() / 1000.0;
        return new Host(os, cpu, cpus, jvm, versions, threads, started, passed);
    }

    private static String property(String name) {
        return System.getProperty(name, "unknown");
    }

    /** Whether the processor says that it has a feature, as {@code amx_bf16}; on Linux only. */
    public static boolean processorHas(String feature) {
        return processorSays("flags")
                .map(f -> List.of(f.split(" ")).contains(feature))
                .orElse(false);
    }

    /** Whether the processor is AMD's, as Linux reports it; elsewhere no. */
    public static boolean processorIsAmd() {
        return processorSays("vendor_id").filter("AuthenticAMD"::equals).isPresent();
    }

    private static String processor() {
        return processorSays("model name")
                .or(() -> Optional.ofNullable(System.getenv("PROCESSOR_IDENTIFIER")))
                .orElseGet(() -> property("os.arch"));
    }

    private static Optional<String> processorSays(String key) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        } catch (IOException | UncheckedIOException e) {
            return Optional.empty();
        }
    }
}

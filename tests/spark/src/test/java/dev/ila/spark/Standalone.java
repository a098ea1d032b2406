package dev.ila.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A standalone cluster on this machine: a master and workers with one core each, each a process.
 */
final class Standalone implements AutoCloseable {
    private static final Pattern URL = Pattern.compile("Starting Spark master at (spark://\\S+)");
    private static final String REGISTERED = "Successfully registered with master";

    private final Path home;
    private final Path folder;
    private final List<Process> processes = new ArrayList<>();
    private final String url;

    /**
     * @param home of Spark, as PyPI's {@code pyspark} has it
     * @param folder for logs and what workers write
     */
    Standalone(Path home, Path folder, int workers) throws Exception {
        this.home = home;
        this.folder = folder;
        Path log = start("master", "master.Master", List.of("--port", "0"));
        url = awaited(() -> find(URL, log), log);
        for (int i = 1; i <= workers; i++) {
            Path work = Files.createDirectory(folder.resolve("work-" + i));
            List<String> options =
                    List.of("--cores", "1", "--memory", "3g", "--work-dir", work.toString(), url);
            Path of = start("worker-" + i, "worker.Worker", options);
            awaited(() -> find(Pattern.compile("(" + REGISTERED + ")"), of), of);
        }
    }

    /** As {@code --spark} takes it. */
    String url() {
        return url;
    }

    private Path start(String name, String main, List<String> options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(home.resolve("bin/spark-class").toString());
        command.add("org.apache.spark.deploy." + main);
        Collections.addAll(command, "--host", "127.0.0.1", "--webui-port", "0");
        command.addAll(options);
        Path log = folder.resolve(name + ".log");
        Path gpu = folder.resolve("gpu.sh");
        Files.writeString(gpu, "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"0\"]}'\n");
        gpu.toFile().setExecutable(true);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectErrorStream(true).redirectOutput(log.toFile());
        Map<String, String> environment = builder.environment();
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("SPARK_HOME", home.toString());
        environment.put(
                "SPARK_WORKER_OPTS",
                "-Dspark.worker.resource.gpu.amount=1 -Dspark.worker.resource.gpu.discoveryScript="
                        + gpu);
        processes.add(builder.start());
        return log;
    }

    private static String find(Pattern pattern, Path log) {
        try {
            Matcher found = pattern.matcher(Files.readString(log));
            return found.find() ? found.group(1) : null;
        } catch (IOException e) {
            return null;
        }
    }

    private static String awaited(Supplier<String> what, Path log) throws Exception {
        for (int i = 0; i < 600; i++) {
            String found = what.get();
            if (found != null) {
                return found;
            }
            Thread.sleep(100);
        }
        throw new AssertionError("a minute is not enough:\n" + Files.readString(log));
    }

    /** The executor that has a file open, if one has; by {@code /proc}. */
    static ProcessHandle holder(Path file) throws IOException {
        Path real = file.toRealPath();
        return ProcessHandle.allProcesses()
                .filter(p -> p.info().commandLine().orElse("").contains("ExecutorBackend"))
                .filter(p -> opens(p, real))
                .findFirst()
                .orElse(null);
    }

    private static boolean opens(ProcessHandle process, Path file) {
        try (var links = Files.list(Path.of("/proc", "" + process.pid(), "fd"))) {
            return links.anyMatch(
                    link -> {
                        try {
                            return Files.readSymbolicLink(link).equals(file);
                        } catch (IOException e) {
                            return false;
                        }
                    });
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        Collections.reverse(processes);
        for (Process process : processes) {
            process.destroy();
            process.onExit().completeOnTimeout(process, 20, TimeUnit.SECONDS).join();
            process.destroyForcibly();
        }
    }
}

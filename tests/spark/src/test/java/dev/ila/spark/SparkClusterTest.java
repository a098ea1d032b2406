package dev.ila.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ila.run.RunDirectory;
import dev.ila.search.Search;
import dev.ila.study.Studies;
import dev.ila.study.Study;
import java.io.File;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Spark is asked for, and failures of a run, in this process ({@code local}). */
@Tag("spark")
class SparkClusterTest {
    private static final String SHORT =
            """
            "settings": {"short": {"compute.threads": 1, "data.limit": 24, "data.heldOut": 8,
              "stage1.schedule.steps": 4, "stage1.evaluateEvery": 2, "stage2.steps": 2}}
            """;

    @TempDir Path folder;

    @Test
    void anExecutorHasTheCoresOfOneRunAndAGpuIfItNeedsOne() throws Exception {
        SparkConf cpu = conf("\"compute.threads\": 3", Map.of());
        assertEquals("3", cpu.get("spark.executor.cores"));
        assertEquals("3", cpu.get("spark.task.cpus"));
        assertFalse(cpu.contains("spark.task.resource.gpu.amount"));
        SparkConf gpu =
                conf(
                        "\"compute.threads\": 3, \"compute.device\": \"cuda\"",
                        Map.of("spark.executor.memory", "9g"));
        assertEquals("1", gpu.get("spark.executor.resource.gpu.amount"));
        assertEquals("1", gpu.get("spark.task.resource.gpu.amount"));
        assertEquals("9g", gpu.get("spark.executor.memory"));
    }

    @Test
    void whatSparkBringsIsNotSent() {
        String repository = "/m2/org/apache/";
        List<String> paths =
                List.of(
                        repository + "spark/spark-core_2.13/4.1.1/spark-core_2.13-4.1.1.jar",
                        repository + "commons/commons-math3/3.6.1/commons-math3-3.6.1.jar",
                        "/m2/org/slf4j/slf4j-simple/2.0.17/slf4j-simple-2.0.17.jar",
                        "/jbang/cache/jars/ila.java.1234/ila.jar",
                        "/classes");
        assertEquals(
                List.of(paths.get(1), paths.get(3)),
                SparkCluster.jars(String.join(File.pathSeparator, paths)));
    }

    @Test
    void runsWithOtherThreadsCannotShareAnExecutor() throws Exception {
        Path file = folder.resolve("threads.json");
        Files.writeString(
                file,
                """
                {"data": {"polite": "polite"},
                 "settings": {"a": {"compute.threads": 1}, "b": {"compute.threads": 2}}}
                """);
        List<Study.Run> runs = Study.read(file).runs();
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> SparkCluster.conf("local", runs, Map.of()));
        assertEquals("compute.threads of polite-b-1 must be 1, but is: 2", e.getMessage());
    }

    /** The failed run is named with its reason; the other is finished. */
    @Test
    void aRunThatFailsIsNamedAndTheOthersEnd() throws Exception {
        Path data = folder.resolve("broken.json");
        Files.writeString(data, "[]");
        Path file = folder.resolve("study.json");
        Files.writeString(
                file,
                "{\"data\": {\"broken\": \"%s\", \"polite\": \"polite\"}, %s}"
                        .formatted(data, SHORT));
        Studies studies = new Studies(Study.read(file), folder.resolve("out"));
        List<String> notes = new ArrayList<>();
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> make(studies, notes));
        String host = InetAddress.getLocalHost().getHostName();
        assertEquals(
                "1 of 2 runs failed: broken-1 on " + host,
                e.getMessage().substring(0, e.getMessage().indexOf(": ", 25)));
        assertEquals(
                List.of("polite-101"),
                studies.results().keySet().stream().map(Study.Run::name).toList());
    }

    /** As an executor that is thought lost and still writes. */
    @Test
    void aRunInUseIsWaitedFor() throws Exception {
        Path file = folder.resolve("one.json");
        Files.writeString(file, "{\"data\": {\"polite\": \"polite\"}, " + SHORT + "}");
        Studies studies = new Studies(Study.read(file), folder.resolve("one"));
        Study.Run only = studies.states().keySet().iterator().next();
        RunDirectory held = RunDirectory.create(studies.path(only));
        List<String> notes = new ArrayList<>();
        Thread release =
                new Thread(
                        () -> {
                            // The driver says nothing while the run waits.
                            pause(8000);
                            notes.add("released");
                            held.close();
                        });
        release.start();
        make(studies, notes);
        release.join();
        assertEquals(List.of("released", "polite-1 finished, 1 of 1"), notes);
    }

    private static void pause(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void make(Studies studies, List<String> notes) {
        Search.Observer observer =
                new Search.Observer() {
                    @Override
                    public void note(String line) {
                        notes.add(line);
                    }
                };
        new SparkCluster().run(studies, "local[1]", Map.of("spark.ui.enabled", "false"), observer);
    }

    private SparkConf conf(String settings, Map<String, String> more) throws Exception {
        Path file = folder.resolve("conf.json");
        Files.writeString(
                file,
                "{\"data\": {\"polite\": \"polite\"}, \"settings\": {\"usual\": {"
                        + settings
                        + "}}}");
        return SparkCluster.conf("spark://localhost:7077", Study.read(file).runs(), more);
    }
}

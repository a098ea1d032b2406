package dev.ila.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A study on a real cluster of processes, by its command, with an executor lost in the middle. */
@Tag("spark")
class SparkStudyTest {
    private static final String STUDY =
            """
            {
              "data": {"polite": "polite", "terse": "terse"},
              "seeds": 2,
              "settings": {"short": {
                "compute.threads": 1, "data.limit": 120, "data.heldOut": 8,
                "data.batchSize": 8, "data.microBatch": 8,
                "stage1.schedule.steps": 120, "stage1.evaluateEvery": 30, "stage2.steps": 40
              }},
              "milestones": {"polite": ["50 %"]}
            }
            """;
    private static final List<String> RUNS =
            List.of("polite-1", "polite-2", "terse-101", "terse-102");

    @TempDir Path folder;

    @Test
    void aLostExecutorCostsItsRunOnlyAndTheReportIsTheSame() throws Exception {
        Path study = folder.resolve("small.json");
        Files.writeString(study, STUDY);
        Path here = folder.resolve("here");
        Process alone = study("here", study, here, List.of());
        assertTrue(alone.waitFor(10, TimeUnit.MINUTES) && alone.exitValue() == 0, log("here"));

        Path there = folder.resolve("there");
        Map<String, FileTime> begun;
        String lost;
        try (Standalone cluster = new Standalone(home(), folder, 2)) {
            List<String> options =
                    List.of(
                            "--spark",
                            cluster.url(),
                            "--spark-conf",
                            "spark.executor.resource.gpu.amount=1",
                            "--spark-conf",
                            "spark.task.resource.gpu.amount=1");
            Process driver = study("there", study, there, options);
            lost = killOne(there, driver);
            begun = begun(there);
            assertTrue(begun.containsKey(lost), begun.toString());
            assertTrue(
                    driver.waitFor(10, TimeUnit.MINUTES) && driver.exitValue() == 0, log("there"));
        }
        List<String> files = new ArrayList<>();
        files.addAll(List.of("report.html", "runs.csv", "milestones.csv", "overlap/overlap.json"));
        RUNS.forEach(run -> files.add("runs/" + run + "/scores.csv"));
        for (String file : files) {
            assertArrayEquals(
                    Files.readAllBytes(here.resolve(file)),
                    Files.readAllBytes(there.resolve(file)),
                    file);
        }
        // What was begun when the executor was lost was not begun again, the lost run neither.
        Map<String, FileTime> after = begun(there);
        assertEquals(RUNS, after.keySet().stream().sorted().toList());
        begun.forEach((run, time) -> assertEquals(time, after.get(run), run));
        assertEquals(3, executors(), "two executors, and one in place of the lost one");
        String said = log("there");
        for (String run : RUNS) {
            assertTrue(said.contains(run + " finished, "), said);
        }
    }

    /**
     * Kills the executor of the first run that has a checkpoint and is not finished. On a busy
     * machine the script alone takes minutes to be built.
     */
    private String killOne(Path study, Process driver) throws Exception {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(10);
        while (System.nanoTime() < end && driver.isAlive()) {
            for (String run : RUNS) {
                Path of = study.resolve("runs").resolve(run);
                boolean kept = Files.exists(of.resolve("checkpoint/state.safetensors"));
                if (kept && !Files.exists(of.resolve("result.json"))) {
                    ProcessHandle executor = Standalone.holder(of.resolve(".lock"));
                    assertNotNull(executor, "no executor has " + of);
                    executor.destroyForcibly();
                    return run;
                }
            }
            Thread.sleep(20);
        }
        throw new AssertionError("no run came so far:\n" + log("there"));
    }

    /** When each run's settings were written, which is once, at its begin. */
    private static Map<String, FileTime> begun(Path study) throws Exception {
        Map<String, FileTime> begun = new HashMap<>();
        for (String run : RUNS) {
            Path settings = study.resolve("runs").resolve(run).resolve("run.json");
            if (Files.exists(settings)) {
                begun.put(run, Files.getLastModifiedTime(settings));
            }
        }
        return begun;
    }

    private long executors() throws Exception {
        long all = 0;
        for (int worker = 1; worker <= 2; worker++) {
            try (Stream<Path> found = Files.walk(folder.resolve("work-" + worker), 2)) {
                all += found.filter(p -> p.getFileName().toString().matches("\\d+")).count();
            }
        }
        return all;
    }

    private Process study(String name, Path study, Path out, List<String> more) throws Exception {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("jbang-catalog.json"))) {
            root = root.getParent();
        }
        List<String> command = new ArrayList<>();
        command.add(root.resolve("jbang").toString());
        command.addAll(List.of("ila-study", study.toString(), "--out", out.toString()));
        command.addAll(more);
        ProcessBuilder builder = new ProcessBuilder(command).directory(root.toFile());
        Path log = folder.resolve(name + ".log");
        return builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    private String log(String name) throws Exception {
        return Files.readString(folder.resolve(name + ".log"));
    }

    private static Path home() {
        String home = System.getenv("ILA_SPARK_HOME");
        assertNotNull(
                home,
                "ILA_SPARK_HOME must name the folder of PyPI's pyspark; .ci/run shows how it is made");
        return Path.of(home);
    }
}

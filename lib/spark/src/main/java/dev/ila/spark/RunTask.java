package dev.ila.spark;

import dev.ila.data.Demo;
import dev.ila.run.RunDirectory;
import dev.ila.search.Milestone;
import dev.ila.search.Named;
import dev.ila.search.Runs;
import dev.ila.search.Search;
import dev.ila.search.SearchSettings;
import dev.ila.study.Studies;
import dev.ila.study.Study;
import dev.ila.torch.Compute;
import java.io.Serializable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/**
 * One run of a study, made on an executor. What it writes is in the shared directory; what goes
 * back to the driver is a line.
 *
 * @param name of the run
 * @param directory absolute path
 * @param settings as {@link Runs#text}
 * @param milestones their names
 */
record RunTask(String name, String directory, String settings, List<String> milestones)
        implements Serializable {
    /** So long a run waits for an executor that is thought lost and has not yet ended. */
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    private static final Duration BETWEEN = Duration.ofSeconds(1);

    /**
     * How a run ended.
     *
     * @param host where
     * @param failure empty if it is finished
     */
    record Ended(String name, String host, String failure) implements Serializable {}

    static RunTask of(Study.Run run, Path directory) {
        return new RunTask(
                run.name(),
                directory.toAbsolutePath().normalize().toString(),
                Runs.text(run.settings()),
                run.milestones().stream().map(Milestone::name).toList());
    }

    /**
     * Makes the run, or what is left of it. A failure of the run itself is an answer: to try again
     * would not mend it. That the executor is lost is Spark's matter, which starts the task anew.
     */
    Ended make() throws Exception {
        TaskContext task = TaskContext.get();
        ResourceInformation gpu = task.resourcesJMap().get("gpu");
        if (gpu != null) {
            System.setProperty(Compute.GPU, gpu.addresses()[0]);
        }
        String host = host();
        try {
            SearchSettings asked = Runs.settings(settings);
            if (!Named.isModel(asked.model())) {
                Demo.extract();
            }
            made(asked, task);
            return new Ended(name, host, "");
        } catch (CancellationException | InterruptedException e) {
            throw e;
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
            return new Ended(name, host, String.valueOf(e.getMessage()));
        }
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "a host without a name";
        }
    }

    private void made(SearchSettings asked, TaskContext task) throws InterruptedException {
        List<Milestone> ranked = milestones.stream().map(Milestone::new).toList();
        long until = System.nanoTime() + PATIENCE.toNanos();
        Path begun = Path.of(directory, "run.json");
        while (true) {
            boolean there = Files.exists(begun);
            try {
                Studies.make(Path.of(directory), asked, ranked, stop(task));
                return;
            } catch (IllegalArgumentException e) {
                // In use; or its first executor wrote the first file just before it was lost.
                boolean again = e instanceof RunDirectory.InUse || !there && Files.exists(begun);
                if (!again || System.nanoTime() > until) {
                    throw e;
                }
                Thread.sleep(BETWEEN.toMillis());
            }
        }
    }

    private static Search.Observer stop(TaskContext task) {
        return new Search.Observer() {
            @Override
            public boolean stopAsked() {
                return task.isInterrupted();
            }
        };
    }
}

package dev.ila.spark;

import dev.ila.run.Require;
import dev.ila.search.Delta;
import dev.ila.search.Named;
import dev.ila.search.Runs;
import dev.ila.search.Search;
import dev.ila.search.SearchSettings;
import dev.ila.study.Cluster;
import dev.ila.study.Studies;
import dev.ila.study.Study;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * A study on Apache Spark: every run is a task, one at a time on each executor, which has as many
 * cores as the run has threads and, for {@code --device cuda}, one GPU of its own.
 */
public final class SparkCluster implements Cluster {
    private static final int SECONDS_BETWEEN_LOOKS = 1;
    private static final int SECONDS_TO_BE_SEEN = 120;

    /** Jars that Spark has on its executors, by their place in a Maven repository. */
    private static final Pattern BROUGHT =
            Pattern.compile(
                    "/(org/(apache/(spark|hadoop|logging|zookeeper|curator|ivy|avro|orc|parquet|arrow|datasketches|xbean)"
                            + "|scala-lang|slf4j|rocksdb|json4s|glassfish|javassist|roaringbitmap|lz4|xerial|fusesource)"
                            + "|io/(netty|dropwizard)|com/(esotericsoftware|twitter|ning|github/luben|clearspring)"
                            + "|jakarta|javax)/");

    @Override
    public void run(
            Studies studies,
            String master,
            Map<String, String> settings,
            Search.Observer observer) {
        Map<Study.Run, Runs.State> states = studies.states();
        List<Study.Run> left = new ArrayList<>(states.keySet());
        left.removeIf(run -> states.get(run) == Runs.State.FINISHED);
        if (left.isEmpty()) {
            return;
        }
        left.forEach(run -> requireAbsolute(run.settings()));
        studies.keepPins();
        List<RunTask> tasks = left.stream().map(run -> RunTask.of(run, studies.path(run))).toList();
        try (JavaSparkContext spark = new JavaSparkContext(conf(master, left, settings))) {
            spark.setLocalProperty("spark.job.interruptOnCancel", "true");
            JavaFutureAction<List<RunTask.Ended>> job =
                    spark.parallelize(tasks, tasks.size()).map(RunTask::make).collectAsync();
            List<RunTask.Ended> ended = watch(job, studies, left, observer);
            requireFinished(ended);
            awaitSeen(studies, left);
        }
    }

    /** Paths that only this process's folder gives a meaning have none on an executor. */
    private static void requireAbsolute(SearchSettings settings) {
        Stream<String> change = Stream.empty();
        if (settings.delta() instanceof Delta.Adapter adapter) {
            change = Stream.of(adapter.directory());
        } else if (settings.delta() instanceof Delta.Aligned aligned) {
            change = Stream.of(aligned.directory());
        }
        Stream<String> own = Stream.concat(Stream.of(settings.model()), change);
        Stream.concat(own, settings.data().files().stream())
                .filter(Named::isHere)
                .forEach(
                        path ->
                                Require.that(
                                        Path.of(path).isAbsolute(),
                                        path,
                                        "path in a study with --spark",
                                        "absolute"));
    }

    /** What Spark is asked for; a user's own settings come last. */
    static SparkConf conf(String master, List<Study.Run> runs, Map<String, String> settings) {
        int threads = runs.get(0).settings().compute().threads();
        boolean gpu = false;
        for (Study.Run run : runs) {
            int own = run.settings().compute().threads();
            // PyTorch has one number for the whole process, and an executor makes several runs.
            Require.that(own == threads, own, "compute.threads of " + run.name(), "" + threads);
            gpu |= run.settings().compute().gpu().isPresent();
        }
        String cores = Integer.toString(threads);
        SparkConf conf =
                new SparkConf()
                        .setMaster(master)
                        .setAppName("ila-study")
                        .set("spark.executor.cores", cores)
                        .set("spark.task.cpus", cores)
                        .set("spark.speculation", "false")
                        .set("spark.executor.memory", "2g")
                        .set("spark.executor.extraJavaOptions", "-XX:+UseSerialGC")
                        .set("spark.ui.showConsoleProgress", "false")
                        .setJars(
                                jars(System.getProperty("java.class.path")).toArray(String[]::new));
        for (String name : List.of("ARENA_MAX", "MMAP_THRESHOLD_", "TRIM_THRESHOLD_")) {
            String value = System.getenv("MALLOC_" + name);
            if (value != null) {
                conf.setExecutorEnv("MALLOC_" + name, value);
            }
        }
        // Where the hub and its cache are; a token stays here.
        for (String name : List.of("HF_HOME", "HF_HUB_CACHE", "HF_ENDPOINT", "HF_HUB_OFFLINE")) {
            String value = System.getenv(name);
            if (value != null) {
                conf.setExecutorEnv(name, value);
            }
        }
        if (gpu) {
            conf.set("spark.executor.resource.gpu.amount", "1");
            conf.set("spark.task.resource.gpu.amount", "1");
        }
        settings.forEach(conf::set);
        return conf;
    }

    /** What executors lack: the class path without what Spark brings. */
    static List<String> jars(String classPath) {
        return Arrays.stream(classPath.split(Pattern.quote(File.pathSeparator)))
                .filter(path -> path.endsWith(".jar"))
                .filter(path -> !BROUGHT.matcher(path.replace('\\', '/')).find())
                .toList();
    }

    /** Waits for the job; tells of each run whose files say that it is finished. */
    private static List<RunTask.Ended> watch(
            JavaFutureAction<List<RunTask.Ended>> job,
            Studies studies,
            List<Study.Run> left,
            Search.Observer observer) {
        List<Study.Run> open = new ArrayList<>(left);
        while (true) {
            boolean done = job.isDone();
            open.removeIf(
                    run -> {
                        boolean finished = studies.finished(run);
                        if (finished) {
                            int number = left.size() - open.size() + 1;
                            observer.note(
                                    "%s finished, %d of %d"
                                            .formatted(run.name(), number, left.size()));
                        }
                        return finished;
                    });
            if (observer.stopAsked()) {
                job.cancel(true);
                throw new CancellationException("stopped; runs are kept in " + studies.directory());
            }
            try {
                List<RunTask.Ended> ended = job.get(SECONDS_BETWEEN_LOOKS, TimeUnit.SECONDS);
                if (done) {
                    return ended;
                }
            } catch (TimeoutException e) {
                continue;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancellationException("interrupted");
            } catch (ExecutionException e) {
                throw new IllegalStateException("Spark: " + e.getCause().getMessage(), e);
            }
        }
    }

    /** A network file system may show a file some time after it was written elsewhere. */
    private static void awaitSeen(Studies studies, List<Study.Run> runs) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_BE_SEEN);
        while (!runs.stream().allMatch(studies::finished)) {
            if (System.nanoTime() > until) {
                throw new IllegalStateException(
                        "results must be seen in %s, but are not: is it the same on all machines?"
                                .formatted(studies.directory()));
            }
            try {
                TimeUnit.SECONDS.sleep(SECONDS_BETWEEN_LOOKS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancellationException("interrupted");
            }
        }
    }

    private static void requireFinished(List<RunTask.Ended> ended) {
        List<String> failed =
                ended.stream()
                        .filter(run -> !run.failure().isEmpty())
                        .map(run -> "%s on %s: %s".formatted(run.name(), run.host(), run.failure()))
                        .toList();
        if (!failed.isEmpty()) {
            throw new IllegalStateException(
                    "%d of %d runs failed: %s"
                            .formatted(failed.size(), ended.size(), String.join("; ", failed)));
        }
    }
}

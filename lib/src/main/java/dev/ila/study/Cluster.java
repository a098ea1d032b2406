package dev.ila.study;

import dev.ila.search.Search;
import java.util.Map;
import java.util.ServiceLoader;

/** Makes a study's runs on other machines. Spark's is in {@code lib/ila-spark.java}. */
public interface Cluster {
    /**
     * Makes what is left to do. The study's directory, its models and its data must be there under
     * the same absolute paths on every machine.
     *
     * @param master where the cluster is, as {@code spark://HOST:7077}
     * @param settings of the cluster's own, by their names
     * @param observer is told of each run that has ended, and may ask to stop
     * @throws IllegalStateException if runs failed; the others are finished then
     * @throws java.util.concurrent.CancellationException if the observer asks to stop; the same
     *     call goes on
     */
    void run(
            Studies studies, String master, Map<String, String> settings, Search.Observer observer);

    /**
     * The one on the class path.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Cluster find() {
        return ServiceLoader.load(Cluster.class)
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "--spark must find Spark on the class path, but does not:"
                                                + " start the script by ./jbang, or by jbang with"
                                                + " --sources lib/ila-spark.java before its name"));
    }
}

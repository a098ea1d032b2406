package dev.ila.run;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a result comes from, in two parts: what repeats and what does not.
 *
 * @param inputs everything that decides the result
 * @param host the machine and the time
 */
public record Provenance(Inputs inputs, Host host) {
    /**
     * What a result follows from: the same inputs on the same machine, with the same number of
     * threads, give the same result.
     *
     * @param seeds one for each use of chance
     * @param settings every option by name, defaults too
     * @param data SHA-256 of each data file, by file name
     * @param model SHA-256 of each file of the model, by file name
     */
    public record Inputs(
            Seeds seeds,
            Map<String, String> settings,
            Map<String, String> data,
            Map<String, String> model) {
        /** Sorts each map by name, so that they are written in one order. */
        public Inputs {
            settings = sorted(settings);
            data = sorted(data);
            model = sorted(model);
        }
    }

    // Map.copyOf would be written in another order by each process.
    static Map<String, String> sorted(Map<String, String> map) {
        return Collections.unmodifiableMap(new TreeMap<>(map));
    }
}

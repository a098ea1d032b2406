package dev.ila.search;

import dev.ila.rank.Correlation;
import dev.ila.rank.LayerScore;
import dev.ila.rank.Ranking;
import dev.ila.run.Host;
import dev.ila.run.Json;
import dev.ila.run.Provenance;
import dev.ila.run.Require;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What differs between two finished runs, and nothing else. */
public final class Differences {
    private static final String NONE = "–";

    private Differences() {}

    /**
     * One difference.
     *
     * @param what as {@code settings stage1.schedule.steps}
     * @param first the first run's
     * @param second the other's
     */
    public record Difference(String what, String first, String second) {}

    /**
     * Settings, data, model, seeds, versions, machine, metrics and scores that differ; times are
     * not compared.
     *
     * @param a run directory
     * @param b run directory
     */
    public static List<Difference> of(Path a, Path b) {
        Map<String, String> first = values(a);
        Map<String, String> second = values(b);
        List<Difference> differences = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>(first.keySet());
        names.addAll(second.keySet());
        for (String name : names) {
            String one = first.getOrDefault(name, NONE);
            String other = second.getOrDefault(name, NONE);
            if (!one.equals(other)) {
                differences.add(new Difference(name, one, other));
            }
        }
        if (Files.exists(a.resolve("scores.csv")) && Files.exists(b.resolve("scores.csv"))) {
            scores(
                    Ranking.fromCsv(a.resolve("scores.csv")),
                    Ranking.fromCsv(b.resolve("scores.csv")),
                    differences);
        }
        return differences;
    }

    private static Map<String, String> values(Path run) {
        Path file = run.resolve("result.json");
        Require.that(Files.exists(file), run, "run", "finished, with its result.json");
        Result result = Json.read(file, Result.class);
        Map<String, String> values = provenance(result);
        result.findings().metrics().forEach((n, v) -> values.put("metric " + n, v.toString()));
        result.findings().leftOut().forEach((n, v) -> values.put("left out: " + n, v.toString()));
        return values;
    }

    /** What a result was made from and on, by name; not when. */
    public static Map<String, String> provenance(Result result) {
        Map<String, String> values = new TreeMap<>();
        Provenance.Inputs inputs = result.provenance().inputs();
        Host host = result.provenance().host();
        inputs.settings().forEach((n, v) -> values.put("settings " + n, v));
        // Results made before there were others have none.
        values.remove("settings stage2.others", "[]");
        inputs.data().forEach((n, v) -> values.put("data " + n, v));
        inputs.model().forEach((n, v) -> values.put("model " + n, v));
        host.versions().forEach((n, v) -> values.put("version of " + n, v));
        values.put("processor", host.cpu());
        values.put("Java", host.jvm());
        return values;
    }

    private static void scores(Ranking a, Ranking b, List<Difference> differences) {
        if (a.equals(b)) {
            return;
        }
        Map<String, LayerScore> others = new TreeMap<>();
        b.scores().forEach(s -> others.put(s.layer().name(), s));
        int moved = 0;
        LayerScore most = null;
        double distance = -1;
        for (LayerScore s : a.scores()) {
            LayerScore other = others.get(s.layer().name());
            if (other == null || others.size() != a.size()) {
                differences.add(new Difference("layers", "" + a.size(), "" + b.size()));
                return;
            }
            moved += s.rank() == other.rank() ? 0 : 1;
            if (Math.abs(s.score() - other.score()) > distance) {
                distance = Math.abs(s.score() - other.score());
                most = s;
            }
        }
        String name = most.layer().name();
        differences.add(
                new Difference(
                        "score of " + name + ", which differs most",
                        "" + most.score(),
                        "" + others.get(name).score()));
        differences.add(new Difference("layers of another rank", NONE, moved + " of " + a.size()));
        differences.add(
                new Difference("Spearman of the rankings", NONE, "" + Correlation.spearman(a, b)));
    }
}

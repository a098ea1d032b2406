package dev.ila.rank;

import dev.ila.model.LinearLayer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What the layers of one kind have in common.
 *
 * @param name of the kind, as {@code q_proj}, or the block's number
 * @param layers how many there are
 * @param parameters weights of all of them
 * @param meanScore mean of their scores
 * @param meanRank mean of their ranks; low is important
 */
public record LayerGroup(
        String name, int layers, long parameters, double meanScore, double meanRank) {
    static List<LayerGroup> of(List<LayerScore> scores, Function<LinearLayer, String> kind) {
        Map<String, List<LayerScore>> groups = new LinkedHashMap<>();
        for (LayerScore s : scores) {
            groups.computeIfAbsent(kind.apply(s.layer()), k -> new ArrayList<>()).add(s);
        }
        List<LayerGroup> summaries = new ArrayList<>();
        groups.forEach((name, members) -> summaries.add(of(name, members)));
        return summaries;
    }

    private static LayerGroup of(String name, List<LayerScore> members) {
        long parameters = 0;
        double score = 0;
        double rank = 0;
        for (LayerScore s : members) {
            parameters += s.layer().parameters();
            score += s.score();
            rank += s.rank();
        }
        int n = members.size();
        return new LayerGroup(name, n, parameters, score / n, rank / n);
    }
}

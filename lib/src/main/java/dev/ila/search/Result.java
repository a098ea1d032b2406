package dev.ila.search;

import dev.ila.model.LinearLayer;
import dev.ila.rank.LayerScore;
import dev.ila.rank.Ranking;
import dev.ila.run.Provenance;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code result.json}: what came out of a search, and from what. Equal seeds, machine and threads
 * give equal {@code findings} and {@code provenance.inputs}; {@code provenance.host} has the times.
 *
 * @param schema name and version of this form, {@value #SCHEMA}
 * @param findings what came out
 * @param provenance what it came from
 */
public record Result(String schema, Findings findings, Provenance provenance) {
    /** Changes with the meaning of any field. */
    public static final String SCHEMA = "ila-search/1";

    /**
     * What came out.
     *
     * @param metrics numbers by name: losses in nats per supervised token, counts, Spearman
     * @param notes sentences: how stage 1 ended, what else is to be known
     * @param leftOut records that were not used, by reason
     * @param scores by rank; empty when stage 2 was not asked for
     */
    public record Findings(
            Map<String, Double> metrics,
            List<String> notes,
            Map<String, Integer> leftOut,
            List<Score> scores) {
        /** Takes copies; the metrics in the order of their names. */
        public Findings {
            metrics = new TreeMap<>(metrics);
            notes = List.copyOf(notes);
            leftOut = new TreeMap<>(leftOut);
            scores = List.copyOf(scores);
        }

        /** The ranking, if stage 2 was made. */
        public Ranking ranking(List<LinearLayer> layers) {
            double[] logits = new double[scores.size()];
            List<LinearLayer> ranked = new ArrayList<>();
            for (Score s : scores) {
                logits[ranked.size()] = s.logit();
                ranked.add(
                        layers.stream()
                                .filter(l -> l.name().equals(s.layer()))
                                .findFirst()
                                .orElseThrow());
            }
            return Ranking.ofMask(ranked, logits);
        }
    }

    /**
     * One layer's.
     *
     * @param layer its name in the checkpoint
     * @param block number of its block
     * @param projection as {@code q_proj}
     * @param parameters number of its weights
     * @param logit sᵢ
     * @param score σ(sᵢ)
     * @param rank from 1
     * @param gain −∂L/∂γᵢ at γ = 1
     */
    public record Score(
            String layer,
            int block,
            String projection,
            long parameters,
            double logit,
            double score,
            int rank,
            double gain) {
        static Score of(LayerScore s, double gain) {
            LinearLayer l = s.layer();
            return new Score(
                    l.name(),
                    l.block(),
                    l.projection(),
                    l.parameters(),
                    s.logit(),
                    s.score(),
                    s.rank(),
                    gain);
        }
    }
}

package dev.ila.rank;

import dev.ila.model.LinearLayer;
import dev.ila.run.Require;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Brings rankings of different files or models to the same layers, by name or by depth. */
public enum Alignment {
    /** All rankings must have the same layers, by name. */
    SAME {
        @Override
        List<RankedRun> align(List<RankedRun> runs, List<String> notes) {
            Map<String, LinearLayer> first = layers(runs.get(0));
            for (RankedRun run : runs.subList(1, runs.size())) {
                Map<String, LinearLayer> own = layers(run);
                missing(first, own).ifPresent(l -> refuse(l, run, runs.get(0)));
                missing(own, first).ifPresent(l -> refuse(l, runs.get(0), run));
            }
            return onto(runs, List.copyOf(first.values()));
        }
    },

    /** Layers that a ranking lacks are left out of the others, and said. */
    COMMON {
        @Override
        List<RankedRun> align(List<RankedRun> runs, List<String> notes) {
            Map<String, LinearLayer> common = new LinkedHashMap<>(layers(runs.get(0)));
            runs.forEach(run -> common.keySet().retainAll(layers(run).keySet()));
            Require.atLeast(1, common.size(), "number of layers that all rankings have");
            for (RankedRun run : runs) {
                int left = run.ranking().size() - common.size();
                if (left > 0) {
                    notes.add(
                            "%s: %d of %d layers left out, which not all rankings have"
                                    .formatted(run.name(), left, run.ranking().size()));
                }
            }
            return onto(runs, List.copyOf(common.values()));
        }
    },

    /**
     * For models of different depth: of D blocks, the fewest of any, block j stands for relative
     * depth (j + ½) / D; another model's block there, the one that contains that depth, takes its
     * place. Its other blocks are left out, and said.
     */
    DEPTH {
        @Override
        List<RankedRun> align(List<RankedRun> runs, List<String> notes) {
            RankedRun shallowest =
                    runs.stream().min(Comparator.comparingInt(Alignment::blocks)).orElseThrow();
            int blocks = blocks(shallowest);
            List<LinearLayer> layers = shallowest.ranking().layersByIndex();
            List<RankedRun> aligned = new ArrayList<>();
            for (RankedRun run : runs) {
                int own = blocks(run);
                if (own > blocks) {
                    notes.add(
                            "%s: %d of its %d blocks stand for relative depths of %d blocks"
                                    .formatted(run.name(), blocks, own, blocks));
                }
                Map<String, LayerScore> byPlace = new LinkedHashMap<>();
                run.ranking()
                        .byIndex()
                        .forEach(s -> byPlace.put(place(s.layer(), s.layer().block()), s));
                double[] scores = new double[layers.size()];
                for (int i = 0; i < scores.length; i++) {
                    int block = (int) ((layers.get(i).block() + 0.5) * own / blocks);
                    LayerScore there = byPlace.get(place(layers.get(i), block));
                    Require.that(
                            there != null,
                            "none of block " + block,
                            layers.get(i).projection() + " in " + run.name(),
                            "in every block, as in " + shallowest.name());
                    scores[i] = there.score();
                }
                aligned.add(run.with(Ranking.of(layers, scores)));
            }
            return aligned;
        }
    };

    /**
     * Runs over the same layers, in the same order.
     *
     * @param notes takes what is to be known about it, a line each
     * @throws IllegalArgumentException if that is impossible
     */
    public List<RankedRun> apply(List<RankedRun> runs, List<String> notes) {
        Require.atLeast(2, runs.size(), "number of rankings to compare");
        return align(runs, notes);
    }

    abstract List<RankedRun> align(List<RankedRun> runs, List<String> notes);

    private static Map<String, LinearLayer> layers(RankedRun run) {
        Map<String, LinearLayer> layers = new LinkedHashMap<>();
        run.ranking().layersByIndex().forEach(l -> layers.put(l.name(), l));
        return layers;
    }

    private static Optional<String> missing(
            Map<String, LinearLayer> from, Map<String, LinearLayer> in) {
        return from.keySet().stream().filter(name -> !in.containsKey(name)).findFirst();
    }

    private static void refuse(String layer, RankedRun lacks, RankedRun has) {
        throw new IllegalArgumentException(
                ("layers must be the same in all rankings, but is: %s in %s and not in %s; compare"
                                + " what they share with --match common, or models of different"
                                + " depth with --match depth")
                        .formatted(layer, has.name(), lacks.name()));
    }

    private static List<RankedRun> onto(List<RankedRun> runs, List<LinearLayer> layers) {
        List<RankedRun> aligned = new ArrayList<>();
        for (RankedRun run : runs) {
            Map<String, Double> scores = new LinkedHashMap<>();
            run.ranking().scores().forEach(s -> scores.put(s.layer().name(), s.score()));
            aligned.add(
                    run.with(
                            Ranking.of(
                                    layers,
                                    layers.stream()
                                            .mapToDouble(l -> scores.get(l.name()))
                                            .toArray())));
        }
        return aligned;
    }

    private static int blocks(RankedRun run) {
        Set<Integer> blocks = new TreeSet<>();
        run.ranking().layersByIndex().forEach(l -> blocks.add(l.block()));
        return blocks.size();
    }

    private static String place(LinearLayer layer, int block) {
        return block + " " + layer.projection();
    }
}

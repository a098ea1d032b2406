package dev.ila.view;

import dev.ila.run.Provenance;
import dev.ila.study.ComparisonSettings;
import dev.ila.study.TuneComparison;
import dev.ila.study.TuneComparison.Trial;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** How a comparison of tunings is to be read, and what it is of. */
final class CompareNotes {
    private CompareNotes() {}

    /** A sentence each. */
    static List<String> of(TuneComparison comparison, List<Trial> trials) {
        ComparisonSettings s = comparison.settings();
        List<String> notes = new ArrayList<>();
        notes.add(
                "%d steps each, %s; of a seed all have the same conversations in the same order; the held-out ones were neither trained on nor stopped by."
                        .formatted(
                                s.base().stage1().schedule().steps(),
                                s.seeds().size() == 1 ? "one seed" : s.seeds().size() + " seeds"));
        boolean lisa = s.lisa().blocks() > 0 && comparison.whyNoLisa().isEmpty();
        notes.add(rates("The learning rate", s.rates(), s));
        if (lisa) {
            notes.add(rates("LISA's learning rate", s.lisa().rates(), s));
        }
        comparison.whyNoLisa().ifPresent(why -> notes.add("LISA is left out: " + why + "."));
        notes.add(
                "\"spread\" and ±: standard deviation over the runs. Of many rivals some interval leaves 0 out by chance: of 20 about one.");
        List<String> edge =
                trials.stream()
                        .filter(t -> s.rates(t.arm()).size() > 1)
                        .filter(t -> atEdge(s.rates(t.arm()), t.rate()))
                        .map(t -> t.arm().group())
                        .distinct()
                        .toList();
        if (!edge.isEmpty()) {
            notes.add(
                    "At the edge of the rates tried, so that another may do better: "
                            + String.join("; ", edge)
                            + ".");
        }
        notes.add(
                "Intervals: 2,000 draws of the seeds and, within each, of its conversations. Of few seeds such an interval is narrow.");
        notes.add(
                "\"resampled\": as many layers at a time, drawn anew every %d steps; its trained numbers are the mean of those at a time."
                        .formatted(s.every()));
        if (lisa) {
            notes.add(
                    "\"lisa\": embedding, head and final norm all the time, and %d whole blocks at a time, drawn anew every %d steps; its layers and numbers are those at a time."
                            .formatted(s.lisa().blocks(), s.every()));
        }
        if (!s.by().isEmpty()) {
            notes.add(
                    "%s: the first layers by these rankings of the same model or change, equal scores broken by lot."
                            .formatted(
                                    s.by().stream()
                                            .map(c -> "\"" + c.key() + "\"")
                                            .collect(Collectors.joining(", "))));
        }
        if (s.base().stage2().sparsity() > 0) {
            notes.add(
                    "The mask was learned with sparsity %s."
                            .formatted(s.base().stage2().sparsity()));
        }
        notes.add("\"numbers\": as many layers as have the trained numbers of the most important.");
        boolean all = trials.stream().allMatch(t -> t.cost().peak().isPresent());
        boolean none = trials.stream().noneMatch(t -> t.cost().peak().isPresent());
        notes.add(
                none
                        ? "Memory: of a step, by count; the peak was not measured, which is done on Linux for trainings on the CPU."
                        : "\"GB at the peak\": resident memory of the whole process at its highest until a training's end, loading included; it grows with the runs that the process made before, so compare by count."
                                + (all ? "" : " Of runs where it is missing it was not measured."));
        return notes;
    }

    /** The files that all runs are of, with their hashes. */
    static List<String> data(Provenance.Inputs inputs) {
        List<String> lines = new ArrayList<>();
        inputs.data().forEach((f, hash) -> lines.add("data " + fileName(f) + ": SHA-256 " + hash));
        inputs.model().forEach((f, hash) -> lines.add("model " + f + ": SHA-256 " + hash));
        return lines;
    }

    private static String fileName(String path) {
        return String.valueOf(Path.of(path).getFileName());
    }

    private static String rates(String what, List<Double> rates, ComparisonSettings s) {
        return rates.size() == 1
                ? "%s was not tuned: %s.".formatted(what, rates.get(0))
                : "%s of each was the one of %s with the least held-out loss at seed %d, whose figures it favours."
                        .formatted(what, rates, s.seeds().get(0));
    }

    private static boolean atEdge(List<Double> rates, double rate) {
        return rate == Collections.min(rates) || rate == Collections.max(rates);
    }
}

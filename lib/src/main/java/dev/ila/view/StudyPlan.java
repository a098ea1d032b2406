package dev.ila.view;

import dev.ila.search.Preview;
import dev.ila.search.Runs;
import dev.ila.search.Timing;
import dev.ila.study.Study;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** What a study would do and cost, before it does it. */
public final class StudyPlan {
    private StudyPlan() {}

    /**
     * Each run with its steps, tokens, memory at its highest by count, and time. Time is measured
     * on a few micro-batches of each model, data set and settings that has a run to make; the rest
     * of a run that was begun counts as whole. A milestone costs a stage 2 of its own.
     */
    public static String text(Map<Study.Run, Runs.State> states) {
        Map<Map<String, String>, Double> seconds = new HashMap<>();
        Map<Map<String, String>, Preview> previews = new HashMap<>();
        List<Study.Run> runs = List.copyOf(states.keySet());
        List<Double> minutes = new ArrayList<>();
        double left = 0;
        for (Study.Run run : runs) {
            Preview preview =
                    previews.computeIfAbsent(run.factors(), f -> Preview.of(run.settings()));
            double of = 0;
            if (states.get(run) != Runs.State.FINISHED) {
                of =
                        seconds.computeIfAbsent(
                                run.factors(), f -> seconds(preview, run.milestones().size()));
            }
            minutes.add(of / 60);
            left += of;
        }
        List<Preview> all = runs.stream().map(r -> previews.get(r.factors())).toList();
        Table table =
                Table.create(
                        "Plan",
                        StringColumn.create("run", runs.stream().map(Study.Run::name)),
                        StringColumn.create(
                                "state",
                                runs.stream()
                                        .map(r -> states.get(r).name().toLowerCase(Locale.ROOT))),
                        IntColumn.create(
                                "most steps",
                                all.stream().mapToInt(p -> p.steps().get(0)).toArray()),
                        IntColumn.create(
                                "mask steps",
                                all.stream().mapToInt(p -> p.steps().get(1)).toArray()),
                        LongColumn.create(
                                "tokens a step",
                                all.stream()
                                        .mapToLong(p -> Math.round(p.tokensOfAStep()))
                                        .toArray()),
                        DoubleColumn.create(
                                "GB", all.stream().mapToDouble(p -> p.memory().total() / 1e9)),
                        DoubleColumn.create("minutes", minutes.stream().mapToDouble(m -> m)));
        long finished = states.values().stream().filter(Runs.State.FINISHED::equals).count();
        return "%s%n%d of %d runs are finished; the others take at most about %s on this machine.%n"
                .formatted(Tables.text(table), finished, runs.size(), LayersSummary.time(left));
    }

    private static double seconds(Preview preview, int milestones) {
        if (preview.tooLarge().isPresent()) {
            return 0;
        }
        Timing timing = Timing.measure(preview);
        return timing.stage1(preview) + (1 + milestones) * timing.stage2(preview);
    }
}

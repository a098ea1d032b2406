package dev.ila.view;

import dev.ila.truth.Curves;
import dev.ila.truth.Effects;
import dev.ila.truth.Findings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** What ground truth says of rankings, as tables and sentences. */
final class TruthTables {
    private static final int MEGABYTE = 1_000_000;

    /** Part of a normal distribution that is more than two deviations above its mean. */
    private static final double LUCK = 0.0228;

    private final Findings found;

    TruthTables(Findings found) {
        this.found = found;
    }

    /** A row for each ranking. */
    Table faithfulness() {
        Table table = Table.create("Rankings beside the truth [95 %]");
        StringColumn by = StringColumn.create("criterion");
        List<Findings.Held> held = found.held();
        held.forEach(h -> by.append(h.of().name()));
        table.addColumns(by);
        estimates(table, "ρ without", held.stream().map(Findings.Held::without).toList());
        estimates(table, "ρ only", held.stream().map(Findings.Held::only).toList());
        estimates(table, "area", held.stream().map(Findings.Held::area).toList());
        return table;
    }

    private static void estimates(Table to, String name, List<Effects.Estimate> all) {
        to.addColumns(
                DoubleColumn.create(
                        name, all.stream().mapToDouble(Effects.Estimate::value).toArray()),
                StringColumn.create(
                        name + " [95 %]",
                        all.stream()
                                .map(
                                        e ->
                                                Double.isNaN(e.value())
                                                        ? ""
                                                        : String.format(
                                                                Locale.ROOT,
                                                                "[%.3f, %.3f]",
                                                                e.low(),
                                                                e.high()))));
    }

    /** What each ranking took. */
    Table costs() {
        List<Findings.Held> held = found.held();
        return Table.create(
                "What each took",
                StringColumn.create("criterion", held.stream().map(h -> h.of().name())),
                DoubleColumn.create(
                        "seconds", held.stream().mapToDouble(h -> h.of().seconds()).toArray()),
                LongColumn.create(
                        "conversations",
                        held.stream().mapToLong(h -> h.of().read().examples()).toArray()),
                LongColumn.create(
                        "tokens", held.stream().mapToLong(h -> h.of().read().tokens()).toArray()),
                memory(held),
                IntColumn.create(
                        "tied layers",
                        held.stream().mapToInt(h -> h.of().ranking().tied()).toArray()));
    }

    /** Missing where it is not known. */
    private static LongColumn memory(List<Findings.Held> held) {
        LongColumn memory = LongColumn.create("peak MB");
        for (Findings.Held h : held) {
            if (h.of().peakMemory() > 0) {
                memory.append(h.of().peakMemory() / MEGABYTE);
            } else {
                memory.appendMissing();
            }
        }
        return memory;
    }

    /** A row for each layer: what its change is worth, and every ranking's score of it. */
    Table effects() {
        List<Effects.Effect> without = found.effects().get(0).effects();
        List<Effects.Effect> only = found.effects().get(1).effects();
        Table table =
                Table.create(
                        "Worth of each layer's change, nats a token",
                        StringColumn.create("layer", without.stream().map(e -> e.layer().name())),
                        numbers("without", without, false),
                        numbers("without error", without, true),
                        numbers("only", only, false),
                        numbers("only error", only, true));
        for (Findings.Held h : found.held()) {
            DoubleColumn scores = DoubleColumn.create(h.of().name());
            // Both are in the order of the layers.
            h.of().ranking().byIndex().forEach(s -> scores.append(s.score()));
            table.addColumns(scores);
        }
        return table;
    }

    private static DoubleColumn numbers(String name, List<Effects.Effect> of, boolean error) {
        return DoubleColumn.create(
                name, of.stream().mapToDouble(e -> error ? e.error() : e.nats()).toArray());
    }

    /** A row for each cut of each ranking, and of each order by chance. */
    Table curves() {
        StringColumn by = StringColumn.create("criterion");
        IntColumn order = IntColumn.create("order");
        DoubleColumn share = DoubleColumn.create("share");
        IntColumn layers = IntColumn.create("layers");
        DoubleColumn keep = DoubleColumn.create("keep");
        DoubleColumn drop = DoubleColumn.create("drop");
        for (Findings.Held h : found.held()) {
            add(h.of().name(), 0, h.curves(), by, order, share, layers, keep, drop);
        }
        int next = 1;
        for (Curves random : found.random()) {
            add("random orders", next++, random, by, order, share, layers, keep, drop);
        }
        return Table.create("Loss along rankings", by, order, share, layers, keep, drop);
    }

    private static void add(
            String name,
            int number,
            Curves curves,
            StringColumn by,
            IntColumn order,
            DoubleColumn share,
            IntColumn layers,
            DoubleColumn keep,
            DoubleColumn drop) {
        for (Curves.Point p : curves.points()) {
            by.append(name);
            order.append(number);
            share.append(p.share());
            layers.append(p.layers());
            keep.append(p.keep());
            drop.append(p.drop());
        }
    }

    /** What there is to know beside the tables. */
    List<String> sentences() {
        double none = found.losses().of(Effects.NONE).mean();
        double with = found.losses().of(Effects.ALL).mean();
        double[] areas = found.random().stream().mapToDouble(Curves::area).toArray();
        int layers = found.effects().get(0).layers().size();
        List<String> all = new ArrayList<>(found.notes());
        Collections.addAll(
                all,
                String.format(
                        Locale.ROOT,
                        "Loss without any layer's change %.4f nats a token, with all of them %.4f.",
                        none,
                        with),
                String.format(
                        Locale.ROOT,
                        "Of %d layers, %d raise the loss by more than two standard errors when"
                                + " their change is left out, %d lower it; alone %d lower the loss"
                                + " of θ₀, %d raise it. By luck alone %.1f would, each way.",
                        layers,
                        found.beyond(0, false),
                        found.beyond(0, true),
                        found.beyond(1, false),
                        found.beyond(1, true),
                        LUCK * layers),
                String.format(
                        Locale.ROOT,
                        "Two halves of the conversations agree on what layers are worth by ρ = %.3f"
                                + " (left out) and %.3f (alone). A ranking that knew the truth could"
                                + " be expected to reach ρ = %.3f and %.3f here, no more.",
                        found.halves().get(0),
                        found.halves().get(1),
                        found.ceilings().get(0),
                        found.ceilings().get(1)));
        if (!Double.isNaN(areas[0])) {
            all.add(
                    String.format(
                            Locale.ROOT,
                            "%d orders by chance have areas from %.3f to %.3f, mean %.3f.",
                            areas.length,
                            Arrays.stream(areas).min().orElseThrow(),
                            Arrays.stream(areas).max().orElseThrow(),
                            Arrays.stream(areas).average().orElseThrow()));
        }
        return all;
    }
}

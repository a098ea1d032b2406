package dev.ila.view;

import dev.ila.model.LinearLayer;
import dev.ila.run.RunDirectory;
import dev.ila.search.Delta;
import dev.ila.search.Outcome;
import dev.ila.search.Preview;
import dev.ila.search.Timing;
import dev.ila.train.History;
import dev.ila.tune.Selection;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Selective fine-tuning as text for a terminal. */
public final class TuneSummary {
    private TuneSummary() {}

    /**
     * The tuned layers by projection: how many, of how many, in which blocks, with how many
     * weights.
     */
    public static Table kinds(Selection selection) {
        Map<String, List<LinearLayer>> all = new LinkedHashMap<>();
        selection
                .layers()
                .forEach(l -> all.computeIfAbsent(l.projection(), p -> new ArrayList<>()).add(l));
        Table table =
                Table.create(
                        "tuned layers",
                        StringColumn.create("projection"),
                        IntColumn.create("tuned"),
                        IntColumn.create("of"),
                        LongColumn.create("weights"),
                        StringColumn.create("blocks"));
        all.forEach(
                (projection, layers) -> {
                    List<LinearLayer> tuned =
                            layers.stream().filter(selection.chosen()::contains).toList();
                    table.stringColumn(0).append(projection);
                    table.intColumn(1).append(tuned.size());
                    table.intColumn(2).append(layers.size());
                    table.longColumn(3)
                            .append(tuned.stream().mapToLong(LinearLayer::parameters).sum());
                    table.stringColumn(4)
                            .append(
                                    tuned.stream()
                                            .map(l -> "" + l.block())
                                            .collect(Collectors.joining(" ")));
                });
        return table;
    }

    /** What will be tuned, before it is. */
    public static String before(Selection selection, Preview some, Preview all) {
        StringBuilder out = new StringBuilder();
        line(
                out,
                "Tuning %d of %d layers: %s",
                selection.chosen().size(),
                selection.layers().size(),
                selection.how());
        out.append(Tables.text(kinds(selection)));
        boolean lisa = some.settings().delta() instanceof Delta.Lisa;
        long whole = lisa ? some.parameters() : all.trained().numbers();
        line(
                out,
                "%,d numbers are trained%s, of %,d %s (%.1f %%).",
                some.trained().numbers(),
                lisa ? " at a time" : "",
                whole,
                lisa ? "in the whole model" : "with all layers",
                100.0 * some.trained().numbers() / whole);
        return out.toString();
    }

    /**
     * What a step costs beside one of all layers.
     *
     * @param step as it was measured; empty if it was not
     * @param stepOfAll the same of a step of all layers
     */
    public static String cost(
            Preview some,
            Optional<Timing.Step> step,
            Preview all,
            Optional<Timing.Step> stepOfAll) {
        StringBuilder out = new StringBuilder();
        line(out, "A step takes %s, of all layers %s (measured).", time(step), time(stepOfAll));
        boolean told =
                step.filter(s -> s.bytes().isPresent()).isPresent()
                        && stepOfAll.filter(s -> s.bytes().isPresent()).isPresent();
        line(
                out,
                "Memory %.2f GB, of all layers %.2f GB (%s).",
                bytes(some, step, told) / 1e9,
                bytes(all, stepOfAll, told) / 1e9,
                told ? "measured, AdamW's two means by count" : "by count");
        return out.toString();
    }

    private static double bytes(Preview of, Optional<Timing.Step> step, boolean told) {
        long means = 2L * Float.BYTES * of.trained().numbers();
        return told ? means + step.orElseThrow().bytes().orElseThrow() : of.memory().total();
    }

    private static String time(Optional<Timing.Step> step) {
        return step.map(s -> String.format(Locale.ROOT, "%.2f s", s.seconds()))
                .orElse("what does not fit here");
    }

    /** How it went. */
    public static String after(Outcome outcome, RunDirectory run) {
        StringBuilder out = new StringBuilder();
        List<History.Step> steps = outcome.history().stage(1);
        line(
                out,
                "%,d steps; the held-out loss %s.",
                steps.size(),
                outcome.stable().isPresent() ? "was stable" : "was still moving");
        List<History.Step> held = steps.stream().filter(s -> s.heldOut().isPresent()).toList();
        if (!held.isEmpty()) {
            double first = held.get(0).heldOut().orElseThrow();
            double last = held.get(held.size() - 1).heldOut().orElseThrow();
            line(
                    out,
                    "Held-out loss %.4f nats at step %d, %.4f at step %d; perplexity %.2f and %.2f.",
                    first,
                    held.get(0).step(),
                    last,
                    held.get(held.size() - 1).step(),
                    Math.exp(first),
                    Math.exp(last));
        }
        boolean lora = Files.exists(run.adapter());
        out.append(lora ? "PEFT adapter: " + run.adapter() + '\n' : "");
        return out.append("Run directory: ").append(run.path()).append('\n').toString();
    }

    private static void line(StringBuilder out, String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}

package dev.ila.view;

import dev.ila.data.Supervision;
import dev.ila.model.LinearLayer;
import dev.ila.search.Delta;
import dev.ila.search.Memory;
import dev.ila.search.Preview;
import dev.ila.search.Timing;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** What a search would work on, as text for a terminal. */
public final class LayersSummary {
    private static final String GREEN = "\u001b[32m";
    private static final String RESET = "\u001b[0m";

    /** Longer pieces of the example lose their middle. */
    private static final int PIECE = 600;

    private LayersSummary() {}

    /**
     * Layers, what is trained, data, one example and memory.
     *
     * @param all whether to list each layer instead of each kind
     * @param colour whether the terminal understands ANSI escapes; without, supervised text stands
     *     between « and »
     */
    public static String text(Preview preview, boolean all, boolean colour) {
        StringBuilder out = new StringBuilder();
        Table table = all ? each(preview) : kinds(preview);
        out.append(Tables.text(table)).append('\n');
        line(
                out,
                "%,d linear layers have %,d of the model's %,d parameters (%s).",
                preview.layers().size(),
                preview.linear(),
                preview.parameters(),
                percent(preview.linear(), preview.parameters()));
        out.append('\n');
        trained(preview, out);
        data(preview, out);
        example(preview.example(), colour, out);
        memory(preview, out);
        return out.toString();
    }

    /** How long the search would take at most. */
    public static String text(Preview preview, Timing timing) {
        StringBuilder out = new StringBuilder();
        line(out, "Time, measured on %d micro-batches after a warm-up", timing.batches());
        int first = preview.steps().get(0);
        int second = preview.steps().get(1);
        if (first > 0) {
            double seconds = timing.stage1(preview);
            stage(out, 1, first, seconds, timing.change());
        }
        if (second > 0) {
            stage(out, 2, second, timing.stage2(preview), timing.mask());
        }
        line(
                out,
                "  in all at most about %s on this machine, as busy as it is now",
                time(timing.stage1(preview) + timing.stage2(preview)));
        return out.toString();
    }

    private static void stage(StringBuilder out, int n, int steps, double seconds, double speed) {
        String all = n == 1 ? "if it needs all its %,d steps" : "for its %,d steps";
        line(out, "  stage %d: %s " + all + ", at %,.0f tokens/s", n, time(seconds), steps, speed);
    }

    /** Why the time was not measured. */
    public static String tooLarge(String why) {
        return "Time, not measured: " + why + "\n";
    }

    /** A row for each kind of linear layer. */
    public static Table kinds(Preview preview) {
        Map<String, List<LinearLayer>> kinds = new LinkedHashMap<>();
        for (LinearLayer l : preview.layers()) {
            String key = l.projection() + " " + l.outputs() + " × " + l.inputs();
            kinds.computeIfAbsent(key, k -> new ArrayList<>()).add(l);
        }
        List<List<LinearLayer>> rows = List.copyOf(kinds.values());
        return Table.create(
                "Linear layers",
                StringColumn.create("projection", rows.stream().map(r -> r.get(0).projection())),
                StringColumn.create("outputs × inputs", rows.stream().map(r -> shape(r.get(0)))),
                IntColumn.create("layers", rows.stream().mapToInt(List::size).toArray()),
                LongColumn.create(
                        "parameters", rows.stream().mapToLong(LayersSummary::parameters).toArray()),
                StringColumn.create(
                        "share",
                        rows.stream().map(r -> percent(parameters(r), preview.parameters()))));
    }

    private static Table each(Preview preview) {
        List<LinearLayer> rows = preview.layers();
        return Table.create(
                "Linear layers",
                StringColumn.create("layer", rows.stream().map(LinearLayer::name)),
                StringColumn.create("outputs × inputs", rows.stream().map(LayersSummary::shape)),
                LongColumn.create(
                        "parameters", rows.stream().mapToLong(LinearLayer::parameters).toArray()),
                StringColumn.create(
                        "share",
                        rows.stream().map(l -> percent(l.parameters(), preview.parameters()))));
    }

    private static String shape(LinearLayer layer) {
        return layer.outputs() + " × " + layer.inputs();
    }

    private static long parameters(List<LinearLayer> layers) {
        return layers.stream().mapToLong(LinearLayer::parameters).sum();
    }

    private static void trained(Preview preview, StringBuilder out) {
        out.append("What a search would train\n");
        int layers = preview.changed().size();
        String some = "%d of the %d layers".formatted(layers, preview.layers().size());
        long numbers = preview.trained().numbers();
        Delta delta = preview.settings().delta();
        if (delta instanceof Delta.Lora lora) {
            String target = String.join(", ", lora.targets());
            String size = BigDecimal.valueOf(lora.alpha()).stripTrailingZeros().toPlainString();
            line(out, "  stage 1: LoRA of rank %d, alpha %s, on %s:", lora.rank(), size, target);
        } else if (delta instanceof Delta.Resampled drawn) {
            String at = "  stage 1: LoRA of rank %d, %d layers at a time, of:";
            line(out, at, drawn.lora().rank(), drawn.layers());
        } else if (delta instanceof Delta.AdaLora ada) {
            String size = "AdaLoRA of rank %d to %d in the mean";
            line(out, "  stage 1: " + size + ", at the beginning:", ada.initial(), ada.rank());
        } else if (delta instanceof Delta.Lisa lisa) {
            line(out, "  stage 1: every weight by LISA, %d blocks at a time:", lisa.blocks());
        } else if (delta.learned()) {
            line(out, "  stage 1: the linear layers themselves:");
        } else {
            line(out, "  stage 1: nothing, since the change is there:");
        }
        String share = percent(numbers, preview.parameters());
        String where =
                delta instanceof Delta.Lisa ? "at a time, embedding and head too" : "in " + some;
        line(out, "           %,d numbers %s (%s of all parameters)", numbers, where, share);
        if (preview.steps().get(1) > 0) {
            line(out, "  stage 2: the mask, %d numbers, one for each of these layers", layers);
        }
        out.append('\n');
    }

    private static void data(Preview preview, StringBuilder out) {
        out.append("Data\n");
        line(
                out,
                "  %s: %,d conversations to train on, %,d held out",
                preview.data().name(),
                preview.split().train().size(),
                preview.split().heldOut().size());
        line(
                out,
                "  %,d tokens, %,d of them supervised (%s); the longest conversation has %,d",
                preview.data().tokens(),
                preview.data().supervisedTokens(),
                percent(preview.data().supervisedTokens(), preview.data().tokens()),
                preview.longest());
        Map<String, String> first = preview.data().firstLeftOut();
        preview.data()
                .leftOut()
                .forEach(
                        (why, n) -> {
                            String at = first.containsKey(why) ? ", first " + first.get(why) : "";
                            line(out, "  left out: %,d × %s%s", n, why, at);
                        });
        out.append('\n');
    }

    private static void example(
            List<Supervision.Segment> segments, boolean colour, StringBuilder out) {
        line(out, "The first conversation, supervised text %s", colour ? "in colour" : "in « »");
        StringBuilder text = new StringBuilder();
        for (Supervision.Segment s : segments) {
            if (!s.supervised()) {
                text.append(shortened(s.text()));
            } else {
                // Each line by itself, so that what stands before it keeps its own colour.
                String piece = shortened(s.text());
                text.append(
                        colour
                                ? GREEN + piece.replace("\n", RESET + "\n" + GREEN) + RESET
                                : "«" + piece + "»");
            }
        }
        text.toString().lines().forEach(l -> line(out, "  │ %s", l));
        out.append('\n');
    }

    private static String shortened(String text) {
        return text.length() <= PIECE
                ? text
                : text.substring(0, PIECE / 2)
                        + " […] "
                        + text.substring(text.length() - PIECE / 2);
    }

    private static void memory(Preview preview, StringBuilder out) {
        Memory m = preview.memory();
        String precision = preview.settings().compute().precision().name().toLowerCase(Locale.ROOT);
        line(out, "Memory, estimated: %s at the highest", bytes(m.total()));
        line(
                out,
                "  weights in %s %s, change %s, activations %s, head %s, the process %s",
                precision,
                bytes(m.weights()),
                bytes(m.change()),
                bytes(m.activations()),
                bytes(m.head()),
                bytes(m.process()));
        line(
                out,
                "  for a micro-batch of %d conversations as long as the longest, %d tokens",
                preview.settings().data().microBatch(),
                preview.longest());
        line(
                out,
                "%nFloating-point operations of all %,d steps: about %.1e",
                preview.steps().get(0) + preview.steps().get(1),
                preview.operations());
    }

    private static void line(StringBuilder out, String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String percent(long part, long whole) {
        return String.format(Locale.ROOT, "%.2f %%", 100.0 * part / whole);
    }

    private static String bytes(long n) {
        return n < 1e9
                ? String.format(Locale.ROOT, "%,.0f MB", n / 1e6)
                : String.format(Locale.ROOT, "%,.1f GB", n / 1e9);
    }

    static String time(double seconds) {
        if (seconds < 100) {
            return String.format(Locale.ROOT, "%.0f s", seconds);
        }
        return seconds < 6000
                ? String.format(Locale.ROOT, "%.0f minutes", seconds / 60)
                : String.format(Locale.ROOT, "%.1f hours", seconds / 3600);
    }
}

package dev.ila.view;

import dev.ila.rank.LayerScore;
import dev.ila.rank.Measure;
import dev.ila.rank.Overlap;
import dev.ila.rank.OverlapCurve;
import dev.ila.rank.Ranking;
import dev.ila.run.AtomicFiles;
import dev.ila.run.Require;
import dev.ila.search.MaskCourse;
import dev.ila.search.Session;
import dev.ila.train.History;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.internal.chartpart.IChart;

/**
 * Pictures of results. Colours keep their order in greyscale and for colour-blind eyes.
 *
 * <p>Works without a display: {@code java.awt.headless} is set, unless it is set already.
 */
public final class Charts {
    static {
        // Before the first AWT class, which looks at it once.
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
    }

    private Charts() {}

    /** Scores: blocks from left to right, a row for each projection, light is important. */
    public static HeatMapChart scores(Ranking ranking) {
        return HeatMaps.draw(ranking, "Score by layer", LayerScore::score);
    }

    /**
     * The same by rank, which spreads close scores: the value is the share of layers ranked below,
     * 1 for the most important.
     */
    public static HeatMapChart ranks(Ranking ranking) {
        double below = Math.max(1, ranking.size() - 1);
        return HeatMaps.draw(
                ranking, "Share of layers ranked below", s -> (ranking.size() - s.rank()) / below);
    }

    /**
     * Training and held-out loss of one stage by step.
     *
     * @param history of all stages
     * @param stage 1 or 2; it must have a step
     * @param stable the step from which it is stable, drawn as a vertical line
     */
    public static XYChart losses(History history, int stage, OptionalInt stable) {
        return Lines.losses(history.stage(stage), "Stage " + stage + ": loss", stable);
    }

    /** Loss of stage 1 with where it became stable. */
    public static XYChart losses(Session.Tuned tuned) {
        OptionalInt stable =
                tuned.stable().isPresent()
                        ? OptionalInt.of(tuned.stable().get().step())
                        : OptionalInt.empty();
        return losses(tuned.history(), 1, stable);
    }

    /**
     * Overlap of important layers at every cut-off, with that of unrelated sets.
     *
     * @param curves of {@link Overlap#curve}, by the name of the pair; at least one
     */
    public static XYChart overlap(Map<String, List<Overlap>> curves) {
        return Lines.overlap(curves);
    }

    /**
     * Mean overlap at every cut-off, a line for each contrast, over two bands of chance: of one
     * pair of unrelated sets, and of the last contrast's mean if scores stay within projections.
     *
     * @param curves of {@link dev.ila.rank.Comparison#curves}; at least one
     */
    public static XYChart curves(List<OverlapCurve> curves) {
        return Lines.curves(curves);
    }

    /**
     * Each ranking with each.
     *
     * @param rankings of the same layers by name, two or more
     * @param measure at most 1; from 0 on cells have a colour
     */
    public static HeatMapChart likeness(
            String title, Map<String, Ranking> rankings, Measure measure) {
        return Matrices.likeness(title, rankings, measure);
    }

    /**
     * The mask as it was learned: s by step, a line for each layer, a colour for each projection.
     */
    public static XYChart course(MaskCourse course) {
        return LayerLines.course(course);
    }

    /**
     * How far each layer's rank depends on chance: mean and standard deviation of its place, as in
     * {@link #ranks}, over rankings of the same layers.
     *
     * @param rankings of several seeds; two or more
     */
    public static XYChart spread(List<Ranking> rankings) {
        return LayerLines.spread(rankings);
    }

    /**
     * Jaccard of the most important share of layers, each ranking with each; the title says what
     * unrelated sets come to.
     *
     * @param rankings of the same layers by name, two or more
     * @param share above 0, at most 1; the paper's is 0.75
     */
    public static HeatMapChart jaccard(Map<String, Ranking> rankings, double share) {
        return Matrices.jaccard(rankings, share);
    }

    /**
     * A weight matrix: blue below zero, white at zero, orange above. Of more than 64 rows or
     * columns neighbours are averaged.
     *
     * @param matrix [outputs][inputs]
     * @param bound from which on the colour is the strongest, above 0
     */
    public static HeatMapChart weights(String title, double[][] matrix, double bound) {
        return Matrices.weights(title, matrix, bound);
    }

    /** How many layers of each projection are among the {@code count} most important ones. */
    public static CategoryChart tuned(Ranking ranking, int count) {
        return Bars.tuned(ranking, count);
    }

    /**
     * A bar for each value.
     *
     * @param unit what is measured, with its unit
     * @param values by name, one or more, in the order of the map
     */
    public static CategoryChart bars(String title, String unit, Map<String, Double> values) {
        return Bars.values(title, unit, values);
    }

    /** Several pictures in one row. */
    public static BufferedImage beside(IChart... charts) {
        Require.atLeast(1, charts.length, "number of charts");
        int width = Stream.of(charts).mapToInt(IChart::getWidth).sum();
        int height = Stream.of(charts).mapToInt(IChart::getHeight).max().orElseThrow();
        BufferedImage row = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = row.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, width, height);
        int x = 0;
        for (IChart chart : charts) {
            graphics.drawImage(BitmapEncoder.getBufferedImage(chart), x, 0, null);
            x += chart.getWidth();
        }
        graphics.dispose();
        return row;
    }

    /** The picture as PNG. */
    public static byte[] png(IChart chart) {
        return encode(chart, "png");
    }

    /** The picture as SVG. */
    public static byte[] svg(IChart chart) {
        return encode(chart, "svg");
    }

    private static byte[] encode(IChart chart, String format) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ChartEncoder.saveChart(chart, out, format);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "chart could not be drawn as %s: %s".formatted(format, e.getMessage()), e);
        }
        return out.toByteArray();
    }

    /** Writes {@code base.png} and {@code base.svg}, each atomically. */
    public static void save(IChart chart, Path base) {
        AtomicFiles.write(base.resolveSibling(base.getFileName() + ".png"), png(chart));
        AtomicFiles.write(base.resolveSibling(base.getFileName() + ".svg"), svg(chart));
    }
}

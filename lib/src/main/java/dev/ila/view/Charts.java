package dev.ila.view;

import dev.ila.rank.LayerScore;
import dev.ila.rank.Overlap;
import dev.ila.rank.Ranking;
import dev.ila.run.AtomicFiles;
import dev.ila.train.History;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
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

    /**
     * Overlap of important layers at every cut-off, with that of unrelated sets.
     *
     * @param curves of {@link Overlap#curve}, by the name of the pair; at least one
     */
    public static XYChart overlap(Map<String, List<Overlap>> curves) {
        return Lines.overlap(curves);
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

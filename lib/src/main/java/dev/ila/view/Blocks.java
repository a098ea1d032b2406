package dev.ila.view;

import dev.ila.model.LinearLayer;
import dev.ila.rank.LayerScore;
import dev.ila.rank.Ranking;
import java.util.List;
import java.util.Optional;

/**
 * A ranking as a picture of characters: a row for each projection, two columns for each block,
 * shaded by the share of layers ranked below.
 */
public final class Blocks {
    private static final String SHADES = "·░▒▓█";

    // Of the 256 colours, dark blue to light yellow, lightness rising evenly.
    private static final List<Integer> COLOURS = List.of(17, 24, 102, 144, 185, 227);
    private static final String RESET = "\u001b[0m";
    private static final int EVERY = 5;
    private static final int LEGEND = 8;

    private Blocks() {}

    /**
     * Draws it.
     *
     * @param colour whether the terminal understands ANSI escapes with 256 colours; without, five
     *     shades of Unicode blocks, the darkest the most important
     */
    public static String render(Ranking ranking, boolean colour) {
        List<LinearLayer> layers = ranking.byIndex().stream().map(LayerScore::layer).toList();
        List<Integer> blocks = layers.stream().map(LinearLayer::block).distinct().toList();
        List<String> rows = layers.stream().map(LinearLayer::projection).distinct().toList();
        int width = rows.stream().mapToInt(String::length).max().orElse(0);
        StringBuilder text = new StringBuilder();
        for (String row : rows) {
            text.append(("%-" + width + "s ").formatted(row));
            for (int block : blocks) {
                text.append(cell(ranking, row, block, colour));
            }
            text.append(colour ? RESET : "").append('\n');
        }
        text.append(axis(blocks, width)).append('\n');
        text.append(" ".repeat(width + 1)).append("least important ");
        for (double share = 0; share <= 1; share += 1.0 / LEGEND) {
            text.append(shade(share, colour));
        }
        return text.append(colour ? RESET : "").append(" most important\n").toString();
    }

    private static String cell(Ranking ranking, String projection, int block, boolean colour) {
        Optional<LayerScore> found =
                ranking.scores().stream()
                        .filter(s -> s.layer().block() == block)
                        .filter(s -> s.layer().projection().equals(projection))
                        .findFirst();
        double others = Math.max(1, ranking.size() - 1);
        return found.map(s -> shade((ranking.size() - s.rank()) / others, colour))
                .orElse(colour ? RESET + "  " : "  ");
    }

    private static String shade(double share, boolean colour) {
        int shades = colour ? COLOURS.size() : SHADES.length();
        int place = (int) Math.min(shades - 1, share * shades);
        return colour
                ? "\u001b[48;5;" + COLOURS.get(place) + "m  "
                : String.valueOf(SHADES.charAt(place)).repeat(2);
    }

    private static String axis(List<Integer> blocks, int width) {
        StringBuilder axis = new StringBuilder(" ".repeat(width + 1));
        for (int i = 0; i < blocks.size(); i += EVERY) {
            axis.append(("%-" + 2 * EVERY + "d").formatted(blocks.get(i)));
        }
        return axis.toString().stripTrailing() + "  block";
    }
}

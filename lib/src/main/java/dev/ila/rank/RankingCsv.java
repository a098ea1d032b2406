package dev.ila.rank;

import dev.ila.model.LinearLayer;
import dev.ila.run.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code scores.csv}: a ranking as a table, one line for each layer, by rank.
 *
 * <p>The first seven columns are for readers; the last three make the layers whole again. Numbers
 * are written as the shortest decimals that read back to the same double: equal rankings give equal
 * bytes, and what is read is what was written.
 */
final class RankingCsv {
    private static final String HEADER =
            "layer,block,projection,parameters,logit,score,rank,index,outputs,inputs";
    private static final int COLUMNS = HEADER.split(",").length;

    private RankingCsv() {}

    /** The table, lines ended by a newline. */
    static String text(Ranking ranking) {
        StringBuilder text = new StringBuilder(HEADER).append('\n');
        for (LayerScore s : ranking.scores()) {
            LinearLayer l = s.layer();
            text.append(l.name()).append(',').append(l.block()).append(',');
            text.append(l.projection()).append(',').append(l.parameters()).append(',');
            text.append(s.logit()).append(',').append(s.score()).append(',').append(s.rank());
            text.append(',').append(l.index()).append(',').append(l.outputs()).append(',');
            text.append(l.inputs()).append('\n');
        }
        return text.toString();
    }

    /** Whether a file begins as {@link #text} does. */
    static boolean isOwn(Path file) {
        return lines(file).stream().findFirst().filter(HEADER::equals).isPresent();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s could not be read: %s".formatted(file, Failure.reason(e)), e);
        }
    }

    /** Reads what {@link #text} made. */
    static Ranking read(Path file) {
        List<String> lines = lines(file);
        if (lines.isEmpty() || !lines.get(0).equals(HEADER)) {
            String first = lines.isEmpty() ? "" : lines.get(0);
            throw bad(file + ":1: header must be " + HEADER + ", but is: " + first, null);
        }
        List<LayerScore> scores = new ArrayList<>();
        for (int i = 1; i < lines.size(); i++) {
            try {
                scores.add(row(lines.get(i).split(",", -1)));
            } catch (IllegalArgumentException e) {
                throw bad(file + ":" + (i + 1) + ": " + e.getMessage(), e);
            }
        }
        try {
            return new Ranking(scores);
        } catch (IllegalArgumentException e) {
            throw bad(file + ": " + e.getMessage(), e);
        }
    }

    private static LayerScore row(String[] cells) {
        if (cells.length != COLUMNS) {
            throw new IllegalArgumentException(
                    "number of columns must be " + COLUMNS + ", but is: " + cells.length);
        }
        LinearLayer layer =
                new LinearLayer(
                        integer(cells, 7),
                        cells[0],
                        integer(cells, 1),
                        cells[2],
                        integer(cells, 8),
                        integer(cells, 9));
        if (!cells[3].equals(String.valueOf(layer.parameters()))) {
            throw new IllegalArgumentException(
                    "parameters must be outputs × inputs (%d), but is: %s"
                            .formatted(layer.parameters(), cells[3]));
        }
        return new LayerScore(layer, real(cells, 4), real(cells, 5), integer(cells, 6));
    }

    private static int integer(String[] cells, int column) {
        try {
            return Integer.parseInt(cells[column]);
        } catch (NumberFormatException e) {
            throw notNumber(cells, column, "a whole number", e);
        }
    }

    private static double real(String[] cells, int column) {
        try {
            return Double.parseDouble(cells[column]);
        } catch (NumberFormatException e) {
            throw notNumber(cells, column, "a number", e);
        }
    }

    private static IllegalArgumentException notNumber(
            String[] cells, int column, String rule, NumberFormatException cause) {
        String name = HEADER.split(",")[column];
        return new IllegalArgumentException(
                "%s must be %s, but is: %s".formatted(name, rule, cells[column]), cause);
    }

    private static UncheckedIOException bad(String message, IllegalArgumentException cause) {
        return new UncheckedIOException(message, new IOException(message, cause));
    }
}

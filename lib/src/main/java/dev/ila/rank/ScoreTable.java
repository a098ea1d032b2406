package dev.ila.rank;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.ila.model.LinearLayer;
import dev.ila.run.Failure;
import dev.ila.run.Require;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.Table;
import tech.tablesaw.io.csv.CsvReadOptions;

/**
 * Scores that another tool has written: any CSV with a column of layers' names and one of scores,
 * or JSON with the same.
 *
 * <p>A layer's block is the first number among the parts of its name, its projection the last part;
 * {@code base_model.model.} before a name and {@code .weight} behind it are dropped. Its sizes are
 * not known, and are 0. Layers without a number in their name, as {@code lm_head}, belong to no
 * block: they are left out, and said.
 */
final class ScoreTable {
    private static final Pattern BLOCK = Pattern.compile("(?:^|\\.)(\\d+)\\.");
    private static final String LAYER = "layer";
    private static final String SCORE = "score";

    private ScoreTable() {}

    static Ranking read(Path file, List<String> notes) {
        boolean json = file.toString().toLowerCase(Locale.ROOT).endsWith(".json");
        Map<String, Double> byName = new TreeMap<>();
        int row = 0;
        for (String[] cells : json ? pairs(file) : rows(file)) {
            row++;
            String name = layerName(cells[0]);
            String at = file + ": row " + row + ": ";
            double score = number(cells[1], at);
            if (!BLOCK.matcher(name).find()) {
                notes.add("%s: %s left out, which is in no block".formatted(file, name));
                continue;
            }
            Require.that(byName.put(name, score) == null, name, at + LAYER, "there once only");
        }
        Require.atLeast(1, byName.size(), file + ": number of layers in blocks");
        List<String> names = new ArrayList<>(byName.keySet());
        // By name within a block, so that the order of rows does not matter.
        names.sort(Comparator.comparingInt(ScoreTable::block).thenComparing(n -> n));
        List<LinearLayer> found = new ArrayList<>();
        for (String name : names) {
            String projection = name.substring(name.lastIndexOf('.') + 1);
            found.add(new LinearLayer(found.size(), name, block(name), projection, 0, 0));
        }
        return Ranking.of(found, names.stream().mapToDouble(byName::get).toArray());
    }

    private static List<String[]> rows(Path file) {
        Table table = table(file);
        String layers = column(file, table, LAYER);
        String scores = column(file, table, SCORE);
        List<String[]> rows = new ArrayList<>();
        for (int row = 0; row < table.rowCount(); row++) {
            rows.add(new String[] {table.getString(row, layers), table.getString(row, scores)});
        }
        return rows;
    }

    /** Of an object of layers and scores, or an array of objects that have both. */
    private static List<String[]> pairs(Path file) {
        List<String[]> pairs = new ArrayList<>();
        try {
            JsonElement all = JsonParser.parseString(Files.readString(file));
            if (all.isJsonObject()) {
                all.getAsJsonObject()
                        .entrySet()
                        .forEach(e -> pairs.add(new String[] {e.getKey(), text(e.getValue())}));
            } else {
                for (JsonElement one : all.getAsJsonArray()) {
                    JsonObject pair = one.getAsJsonObject();
                    pairs.add(new String[] {text(pair.get(LAYER)), text(pair.get(SCORE))});
                }
            }
            return pairs;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s could not be read: %s".formatted(file, Failure.reason(e)), e);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "%s must be a JSON object of layers and scores, or a list of objects with layer and score, but is: something else"
                            .formatted(file),
                    e);
        }
    }

    private static String text(JsonElement value) {
        return value != null && value.isJsonPrimitive() ? value.getAsString() : "";
    }

    private static Table table(Path file) {
        try {
            // Tablesaw's own messages name a temporary reader, not the file.
            return Table.read()
                    .csv(
                            CsvReadOptions.builderFromString(Files.readString(file))
                                    .columnTypes(name -> ColumnType.STRING)
                                    .missingValueIndicator());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s could not be read: %s".formatted(file, Failure.reason(e)), e);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "%s must be a CSV file, but is: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static String column(Path file, Table table, String wanted) {
        List<String> names = table.columnNames();
        return names.stream()
                .filter(n -> n.strip().toLowerCase(Locale.ROOT).equals(wanted))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "%s: columns must include layer and score, but are: %s"
                                                .formatted(file, String.join(", ", names))));
    }

    private static double number(String cell, String at) {
        try {
            double value = Double.parseDouble(cell.strip());
            return Require.that(Double.isFinite(value), value, at + SCORE, "a finite number");
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "%sscore must be a finite number, but is: \"%s\"".formatted(at, cell), e);
        }
    }

    private static String layerName(String cell) {
        String name = cell.strip();
        name = name.startsWith("base_model.model.") ? name.substring(17) : name;
        return name.endsWith(".weight") ? name.substring(0, name.length() - 7) : name;
    }

    private static int block(String name) {
        Matcher number = BLOCK.matcher(name);
        Require.that(number.find(), name, LAYER, "a name with its block's number");
        return Integer.parseInt(number.group(1));
    }
}

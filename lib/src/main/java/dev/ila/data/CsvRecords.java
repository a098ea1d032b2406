package dev.ila.data;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjIntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Streams the records of a table of text whose first line names its columns (RFC 4180). */
final class CsvRecords {
    /** The longest field, in characters. */
    private static final int LONGEST = 1 << 26;

    /** As the reader tells where a record begins. */
    private static final Pattern PLACE = Pattern.compile("line (\\d+)");

    private CsvRecords() {}

    /** Gives every record, an object of texts, and its number, from 1, to {@code consumer}. */
    static void read(Path file, Reader text, char separator, ObjIntConsumer<JsonElement> consumer)
            throws IOException {
        int number = 0;
        try {
            // Whoever gave the text closes it.
            for (NamedCsvRecord row :
                    CsvReader.builder()
                            .fieldSeparator(separator)
                            .allowUnclosedQuote(false)
                            .maxBufferSize(LONGEST)
                            .ofNamedCsvRecord(text)) {
                JsonObject record = new JsonObject();
                row.getFieldsAsMap().forEach(record::addProperty);
                consumer.accept(record, ++number);
            }
        } catch (CsvParseException | UncheckedIOException e) {
            throw broken(file, "with a header", number, e);
        }
    }

    /** All rows of a table without a header. */
    static List<List<String>> rows(Path file, Reader text) throws IOException {
        List<List<String>> rows = new ArrayList<>();
        try {
            for (CsvRecord row :
                    CsvReader.builder()
                            .allowUnclosedQuote(false)
                            .maxBufferSize(LONGEST)
                            .ofCsvRecord(text)) {
                rows.add(row.getFields());
            }
            return rows;
        } catch (CsvParseException | UncheckedIOException e) {
            throw broken(file, "of commas", rows.size(), e);
        }
    }

    private static UncheckedIOException broken(
            Path file, String kind, int records, RuntimeException e)
            throws CharacterCodingException {
        if (e.getCause() instanceof CharacterCodingException coding) {
            throw coding;
        }
        Throwable cause = e.getCause() == null ? e : e.getCause();
        Matcher line = PLACE.matcher(String.valueOf(e.getMessage()));
        return new UncheckedIOException(
                "%s must be a table %s, but is: broken at line %s, after record %d (%s)"
                        .formatted(
                                file,
                                kind,
                                line.find() ? line.group(1) : "1",
                                records,
                                cause.getMessage()),
                new IOException(e));
    }
}

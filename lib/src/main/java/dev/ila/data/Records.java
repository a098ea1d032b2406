package dev.ila.data;

import com.google.gson.JsonElement;
import dev.ila.run.Failure;
import dev.ila.run.Hash;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.List;
import java.util.Locale;
import java.util.function.ObjIntConsumer;
import java.util.zip.GZIPInputStream;

/**
 * Streams the records of a data file, one at a time, whatever it is written in: Parquet, CSV or TSV
 * with a header by the end of its name, JSON otherwise; CSV, TSV and JSON also with gzip.
 */
public final class Records {
    private static final String GZIP = ".gz";
    private static final int BYTE_ORDER_MARK = 0xFEFF;

    private Records() {}

    /**
     * Gives every record and its number, from 1, to {@code consumer}, and returns the SHA-256 of
     * the file's bytes in hexadecimal.
     *
     * @throws UncheckedIOException if the file cannot be read or is broken, with file and place
     */
    public static String read(Path file, ObjIntConsumer<JsonElement> consumer) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        boolean zipped = name.endsWith(GZIP);
        String plain = zipped ? name.substring(0, name.length() - GZIP.length()) : name;
        int[] last = {0};
        ObjIntConsumer<JsonElement> counting =
                (element, number) -> {
                    last[0] = number;
                    consumer.accept(element, number);
                };
        try (DigestInputStream bytes = Hash.digesting(Files.newInputStream(file));
                InputStream in = zipped ? new GZIPInputStream(bytes) : bytes;
                Reader strict = new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder());
                BufferedReader text = new BufferedReader(strict)) {
            if (name.endsWith(".parquet")) {
                ParquetRecords.read(file, counting);
                return Hash.sha256(file);
            }
            skipMark(text);
            if (plain.endsWith(".csv")) {
                CsvRecords.read(file, text, ',', counting);
            } else if (plain.endsWith(".tsv")) {
                CsvRecords.read(file, text, '\t', counting);
            } else {
                JsonRecords.read(file, text, counting);
            }
            return Hash.sha256(bytes);
        } catch (CharacterCodingException e) {
            throw new UncheckedIOException(
                    file + " must be UTF-8, but is: other bytes after record " + last[0], e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " could not be read: " + Failure.reason(e), e);
        }
    }

    /**
     * All rows of a CSV file without a header.
     *
     * @throws UncheckedIOException if the file cannot be read or is broken, with file and place
     */
    public static List<List<String>> rows(Path file) {
        try (InputStream in = Files.newInputStream(file);
                Reader strict = new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder());
                BufferedReader text = new BufferedReader(strict)) {
            skipMark(text);
            return CsvRecords.rows(file, text);
        } catch (CharacterCodingException e) {
            throw new UncheckedIOException(file + " must be UTF-8, but is: other bytes", e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " could not be read: " + Failure.reason(e), e);
        }
    }

    private static void skipMark(BufferedReader text) throws IOException {
        text.mark(1);
        if (text.read() != BYTE_ORDER_MARK) {
            text.reset();
        }
    }
}

package dev.ila.data;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Properties;
import java.util.function.ObjIntConsumer;
import org.duckdb.DuckDBDriver;

/** Streams the rows of a Parquet file: structs are objects, lists arrays. DuckDB reads it. */
final class ParquetRecords {
    private ParquetRecords() {}

    /** Gives every row, an object, and its number, from 1, to {@code consumer}. */
    static void read(Path file, ObjIntConsumer<JsonElement> consumer) {
        Properties settings = new Properties();
        settings.setProperty(DuckDBDriver.JDBC_STREAM_RESULTS, "true");
        // In the order of the file, and beside PyTorch's threads.
        settings.setProperty("threads", "1");
        int number = 0;
        try (Connection database = new DuckDBDriver().connect("jdbc:duckdb:", settings);
                PreparedStatement query =
                        database.prepareStatement(
                                "SELECT to_json(r)::VARCHAR FROM read_parquet(?) r")) {
            query.setString(1, literal(file));
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    consumer.accept(JsonParser.parseString(rows.getString(1)), ++number);
                }
            }
        } catch (SQLException e) {
            throw new UncheckedIOException(
                    "%s must be a Parquet file, but is: broken after row %d (%s)"
                            .formatted(
                                    file,
                                    number,
                                    String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
                    new IOException(e));
        }
    }

    /** The file's name where * ? and [ would stand for other characters. */
    private static String literal(Path file) {
        return file.toString().replaceAll("[*?\\[]", "[$0]");
    }
}

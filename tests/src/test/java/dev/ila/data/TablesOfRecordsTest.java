package dev.ila.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.run.Hash;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TablesOfRecordsTest {
    private static final List<Turn> TURNS =
            List.of(
                    new Turn("system", "Be brief."),
                    new Turn("user", "Ä \uD83D\uDE00, \"so\"?\nYes?"),
                    new Turn("assistant", "No."));

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"uncompressed", "snappy", "gzip", "zstd", "lz4", "brotli"})
    void messagesAsAListOfStructsInParquet(String codec) throws SQLException {
        Path file = folder.resolve("train-[1]?.parquet");
        parquet(
                "SELECT [{role: 'system', content: 'Be brief.', tool_calls: NULL::VARCHAR[]},"
                        + " {role: 'user', content: 'Ä \uD83D\uDE00, \"so\"?' || chr(10) || 'Yes?',"
                        + " tool_calls: NULL}, {role: 'assistant', content: 'No.', tool_calls: []}]"
                        + " AS messages, 'x' AS prompt, 7 AS id",
                codec,
                file);
        Conversations.Loaded loaded = Conversations.read(file, Optional.empty());
        assertEquals(TURNS, loaded.conversations().get(0).turns());
        assertEquals("train-[1]?.parquet:1", loaded.conversations().get(0).source());
        assertEquals(
                List.of(
                        new Conversations.Source(
                                "train-[1]?.parquet", Format.MESSAGES, 1, Hash.sha256(file))),
                loaded.sources());
    }

    @Test
    void rowsComeInTheOrderOfSeveralFilesAndRowGroups() throws SQLException {
        Path a = folder.resolve("a.parquet");
        Path b = folder.resolve("b.parquet");
        parquet("SELECT 'q' || i AS question, 'a' AS answer FROM range(5000) t(i)", "zstd", a);
        parquet(
                "SELECT 'q' || (5000 + i) AS question, NULL AS answer, 'a' AS solution"
                        + " FROM range(10) t(i)",
                "zstd",
                b);
        Conversations.Loaded loaded =
                Conversations.read(List.of(a, b), Conversations.Reading.of(Optional.empty()));
        assertEquals(5010, loaded.conversations().size());
        for (int i = 0; i < 5010; i++) {
            assertEquals("q" + i, loaded.conversations().get(i).turns().get(0).content());
        }
        assertEquals("b.parquet:10", loaded.conversations().get(5009).source());
    }

    @Test
    void csvAndTsvWithOrWithoutGzipReadTheSame() throws IOException {
        String csv =
                "id,question,answer\r\n1,\"Ä \uD83D\uDE00, \"\"so\"\"?\nYes?\",No.\r\n2,x,\r\n";
        Path plain = Files.writeString(folder.resolve("a.csv"), "\uFEFF" + csv);
        Path zipped = folder.resolve("b.csv.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
            out.write(csv.getBytes(StandardCharsets.UTF_8));
        }
        String tsv = "question\tanswer\n\"Ä \uD83D\uDE00, \"\"so\"\"?\nYes?\"\tNo.\nx\t\n";
        Path tabs = Files.writeString(folder.resolve("c.TSV"), tsv);
        for (Path file : List.of(plain, zipped, tabs)) {
            Conversations.Loaded loaded = Conversations.read(file, Optional.empty());
            assertEquals(TURNS.subList(1, 3), loaded.conversations().get(0).turns());
            assertEquals(Map.of("empty answer", 1), loaded.skipped());
        }
        Path lines = folder.resolve("d.jsonl.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(lines))) {
            out.write("{\"question\":\"a\",\"answer\":\"b\"}".getBytes(StandardCharsets.UTF_8));
        }
        assertEquals(1, Conversations.read(lines, Optional.empty()).conversations().size());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "question,answer\\na,b\\nc,d,e | at line 3, after record 1 (Record 3 has 3 fields",
                "question,answer\\na,b\\nc | at line 3, after record 1 (Record 3 has 1 fields",
                "question,answer\\na,\"b\\nc,d\\n | at line 2, after record 0 (",
                "question,answer\\na,\"b\"c\\n | at line 2, after record 0 (Unexpected character",
                "question,question\\na,b\\n | at line 1, after record 0 ("
            })
    void aBrokenTableNamesFileAndPlace(String text, String place) throws IOException {
        Path file = Files.writeString(folder.resolve("x.csv"), text.replace("\\n", "\n"));
        String message = failure(file);
        assertTrue(
                message.startsWith(
                        file + " must be a table with a header, but is: broken " + place),
                message);
        assertEquals(1, message.lines().count());
    }

    @Test
    void whatIsNoTableOrNoTextIsNamed() throws IOException {
        Path parquet = Files.writeString(folder.resolve("x.parquet"), "no Parquet at all");
        String message = failure(parquet);
        assertTrue(
                message.startsWith(
                        parquet + " must be a Parquet file, but is: broken after row 0 ("),
                message);
        assertEquals(1, message.lines().count());
        Path missing = folder.resolve("none.parquet");
        assertEquals(missing + " could not be read: there is no such file", failure(missing));
        Path csv = folder.resolve("x.csv");
        Files.write(csv, "question,answer\na,b\nc,\u00e4\n".getBytes(StandardCharsets.ISO_8859_1));
        assertTrue(failure(csv).startsWith(csv + " must be UTF-8, but is: other bytes after"));
        Path gzip = Files.writeString(folder.resolve("x.json.gz"), "[]");
        assertEquals(gzip + " could not be read: Not in GZIP format", failure(gzip));
    }

    @Test
    void filesOfEqualNameAreToldApart() throws IOException {
        String record = "{\"question\":\"a\",\"answer\":\"b\"}";
        Path one = Files.createDirectory(folder.resolve("en")).resolve("train.jsonl");
        Path two = Files.createDirectory(folder.resolve("fr")).resolve("train.jsonl");
        Files.writeString(one, record);
        Files.writeString(two, record);
        assertEquals(
                List.of("train.jsonl", "fr/train.jsonl", "fr/train.jsonl (2)"),
                Conversations.read(
                                List.of(one, two, two), Conversations.Reading.of(Optional.empty()))
                        .sources()
                        .stream()
                        .map(Conversations.Source::file)
                        .toList());
    }

    @Test
    void columnsStandForTheNamesOfAForm() throws IOException {
        Path file =
                Files.writeString(
                        folder.resolve("x.jsonl"),
                        """
                        {"Problem": "2 + 2", "Thoughts": "Count.", "Result": "4", "question": "not"}
                        {"Problem": "3 + 3", "Thoughts": null, "Result": "6"}
                        {"Problem": "4 + 4", "Result": "8"}
                        """);
        Conversations.Loaded loaded =
                read(file, Map.of("question", "Problem", "answer", "Thoughts+Result"));
        assertEquals(
                List.of("2 + 2", "Count.\n\n4", "3 + 3", "6"),
                loaded.conversations().stream()
                        .flatMap(c -> c.turns().stream())
                        .map(Turn::content)
                        .toList());
        assertEquals(Map.of("no \"answer\"", 1), loaded.skipped());
        assertEquals(
                "column must be one of Problem, Thoughts, Result, question, but is: Answer",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> read(file, Map.of("answer", "Answer")))
                        .getMessage());
        assertTrue(
                assertThrows(
                                IllegalArgumentException.class,
                                () -> read(file, Map.of("reply", "Result")))
                        .getMessage()
                        .startsWith("name that a column is read as must be one of answer, "));
    }

    private static Conversations.Loaded read(Path file, Map<String, String> columns) {
        return Conversations.read(
                List.of(file), new Conversations.Reading(Optional.empty(), columns, 0));
    }

    private static String failure(Path file) {
        return assertThrows(
                        UncheckedIOException.class,
                        () -> Conversations.read(file, Optional.empty()))
                .getMessage();
    }

    /** Writes the rows of a query. */
    private static void parquet(String query, String codec, Path file) throws SQLException {
        try (Connection database = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = database.createStatement()) {
            statement.execute(
                    "COPY (%s) TO '%s' (FORMAT parquet, COMPRESSION %s, ROW_GROUP_SIZE 2048)"
                            .formatted(query, file, codec));
        }
    }
}

package dev.ila.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A million records are read where a million would not fit. */
@Tag("slow")
class StreamingTest {
    private static final int RECORDS = 1_000_000;
    private static final String HEAP = "-Xmx40m";

    @TempDir Path folder;

    @Test
    void aMillionLinesNeedNoMemoryForAMillion() throws IOException, InterruptedException {
        Path file = folder.resolve("million.jsonl");
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int i = 0; i < RECORDS; i++) {
                out.write("{\"question\":\"a " + i + "\",\"answer\":\"b\"}\n");
            }
        }
        assertEquals("200 of 1000000", read(file));
    }

    @Test
    void norDoAMillionRows() throws IOException, InterruptedException, SQLException {
        Path file = folder.resolve("million.parquet");
        try (Connection database = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = database.createStatement()) {
            statement.execute(
                    "COPY (SELECT 'a ' || i AS question, 'b' AS answer FROM range(%d) t(i)) TO '%s'"
                            .formatted(RECORDS, file));
        }
        assertEquals("200 of 1000000", read(file));
    }

    private String read(Path file) throws IOException, InterruptedException {
        Tiny.withTemplate(folder, Tiny.CHATML);
        Process java =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                HEAP,
                                "-cp",
                                System.getProperty("java.class.path"),
                                Reader.class.getName(),
                                file.toString(),
                                folder.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String said = new String(java.getInputStream().readAllBytes()).strip();
        assertEquals(0, java.waitFor(), said);
        return said;
    }

    /** Reads a file in a process of its own: examples of how many records. */
    static final class Reader {
        private Reader() {}

        public static void main(String[] args) {
            try (Tokenizer tokenizer = Tokenizer.load(Path.of(args[1]))) {
                Dataset data =
                        Dataset.read(
                                List.of(Path.of(args[0])),
                                new Conversations.Reading(Optional.empty(), Map.of(), 200),
                                new Supervision(tokenizer),
                                64);
                System.out.println(
                        data.examples().size() + " of " + data.sources().get(0).records());
            }
        }
    }
}

package dev.ila.eval;

import dev.ila.data.Records;
import dev.ila.run.Failure;
import dev.ila.run.Require;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** MMLU from its directory: {@code dev/SUBJECT_dev.csv} and {@code test/SUBJECT_test.csv}. */
final class Mmlu {
    private static final String LETTERS = "ABCD";
    private static final int SHOTS = 5;
    private static final int COLUMNS = 6;

    private Mmlu() {}

    static List<Question> read(Path given) {
        Path root = Files.isDirectory(given.resolve("data")) ? given.resolve("data") : given;
        Path tests = root.resolve("test");
        Require.that(
                Files.isDirectory(tests),
                given,
                "mmlu",
                "a directory with dev/SUBJECT_dev.csv and test/SUBJECT_test.csv");
        List<Question> questions = new ArrayList<>();
        for (Path test : files(tests)) {
            String subject = test.getFileName().toString().replace("_test.csv", "");
            Path dev = root.resolve("dev").resolve(subject + "_dev.csv");
            Require.that(Files.exists(dev), dev, "examples of " + subject, "there");
            StringBuilder before = new StringBuilder();
            before.append("The following are multiple choice questions (with answers) about ")
                    .append(subject.replace('_', ' '))
                    .append(".\n\n");
            rows(dev).stream()
                    .limit(SHOTS)
                    .forEach(
                            r ->
                                    before.append(asked(r))
                                            .append(' ')
                                            .append(r.get(5))
                                            .append("\n\n"));
            for (List<String> row : rows(test)) {
                questions.add(
                        new Question(
                                subject,
                                before + asked(row),
                                List.of("A", "B", "C", "D"),
                                LETTERS.indexOf(row.get(5))));
            }
        }
        return questions;
    }

    private static String asked(List<String> row) {
        StringBuilder out = new StringBuilder(row.get(0).strip());
        for (int i = 0; i < LETTERS.length(); i++) {
            out.append('\n').append(LETTERS.charAt(i)).append(". ").append(row.get(i + 1));
        }
        return out.append("\nAnswer:").toString();
    }

    private static List<List<String>> rows(Path file) {
        List<List<String>> rows = Records.rows(file);
        for (List<String> row : rows) {
            Require.that(
                    row.size() == COLUMNS
                            && row.get(5).length() == 1
                            && LETTERS.contains(row.get(5)),
                    row.size() + " columns, the last " + row.get(row.size() - 1),
                    "row of " + file,
                    "a question, four choices and the letter of the right one");
        }
        return rows;
    }

    private static List<Path> files(Path directory) {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(f -> f.toString().endsWith("_test.csv")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    directory + " could not be read: " + Failure.reason(e), e);
        }
    }
}

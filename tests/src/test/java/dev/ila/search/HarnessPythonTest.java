package dev.ila.search;

import dev.ila.data.Demo;
import dev.ila.data.Tokenizer;
import dev.ila.eval.Benchmark;
import dev.ila.eval.MultipleChoice;
import dev.ila.run.RunDirectory;
import dev.ila.torch.Compute;
import dev.ila.torch.Precision;
import dev.ila.view.EvalReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The embedded model gives lm-evaluation-harness's answers on questions of ours, with what is hard
 * to write as the harness does: blanks, marks, quotes, line breaks, more than four choices.
 */
@Tag("python")
class HarnessPythonTest {
    private static final String[] WORDS = {
        "blanket", "kettle", "heavy", "made", "of", "copper", "[step]", "is", "stones", "  ", "we"
    };

    @TempDir Path folder;

    private final Random random = new Random(3);

    @Test
    void answersAreThoseOfTheHarness() throws Exception {
        Map<Benchmark, Path> files = new LinkedHashMap<>();
        files.put(Benchmark.HELLASWAG, write("hellaswag.jsonl", hellaSwag()));
        files.put(Benchmark.ARC, write("arc.jsonl", arc()));
        files.put(Benchmark.TRUTHFULQA, write("truthfulqa.csv", truthfulQa()));
        write("mmlu/dev/college_physics_dev.csv", mmlu(5));
        write("mmlu/test/college_physics_test.csv", mmlu(12));
        files.put(Benchmark.MMLU, folder.resolve("mmlu"));
        Path demo = Demo.extract(folder);
        Path ours = folder.resolve("ours");
        Compute compute = new Compute("cpu", Precision.F32, 2, false);
        List<Object> arguments = new ArrayList<>();
        try (EvalReport report = new EvalReport(RunDirectory.create(ours));
                FinishedModel model =
                        FinishedModel.load(demo.toString(), Optional.empty(), compute);
                Tokenizer tokenizer = Tokenizer.load(demo)) {
            for (Map.Entry<Benchmark, Path> file : files.entrySet()) {
                Benchmark task = file.getKey();
                report.task(
                        task.key(),
                        task.byLength(),
                        file.getValue(),
                        new MultipleChoice(model.model(), model.change(), tokenizer, 500)
                                .judge(
                                        task.read(file.getValue(), OptionalInt.empty()),
                                        done -> {}));
                arguments.add("--task");
                arguments.add(task.key() + "=" + file.getValue());
            }
            report.finish();
        }
        arguments.addAll(List.of("--model", demo, "--ours", ours, "--threads", 2));
        Python.run("bench/lm_eval_agreement.py", arguments.toArray());
    }

    private String words(int count) {
        StringBuilder out = new StringBuilder("What");
        for (int i = 0; i < count; i++) {
            out.append(' ').append(WORDS[random.nextInt(WORDS.length)]);
        }
        return out.toString();
    }

    private String hellaSwag() {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < 24; i++) {
            out.append(
                    ("{\"ind\": %d, \"activity_label\": \"%s\", \"ctx_a\": \"%s. [title] %s\", \"ctx_b\":"
                                    + " \"%s\", \"endings\": [\"%s\", \"%s.\", \" %s\", \"[step] %s\"], \"label\": %d}\n")
                            .formatted(
                                    i,
                                    words(1),
                                    words(9),
                                    words(3),
                                    i % 3 == 0 ? "" : "tHE " + words(2),
                                    words(6),
                                    words(2),
                                    words(3),
                                    words(9),
                                    i % 4));
        }
        return out.toString();
    }

    private String arc() {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < 24; i++) {
            out.append(
                    "{\"id\": \"%d\", \"question\": {\"stem\": \"%s?\", \"choices\": ["
                            .formatted(i, words(8)));
            int choices = 3 + i % 3;
            for (int c = 0; c < choices; c++) {
                out.append(c == 0 ? "" : ", ");
                out.append(
                        "{\"text\": \"%s\", \"label\": \"%s\"}"
                                .formatted(words(c), "ABCDE".charAt(c)));
            }
            out.append("]}, \"answerKey\": \"%s\"}\n".formatted("ABC".charAt(i % 3)));
        }
        return out.toString();
    }

    private String truthfulQa() {
        StringBuilder out =
                new StringBuilder(
                        "Type,Category,Question,Best Answer,Correct Answers,Incorrect Answers,Source\n");
        for (int i = 0; i < 12; i++) {
            out.append(
                    "a,b,\"%s, \"\"so\"\"?\",\"%s, so\",c,%s; %s.;%s,s\n"
                            .formatted(words(5), words(4), words(6), words(2), words(i)));
        }
        return out.toString();
    }

    private String mmlu(int rows) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < rows; i++) {
            out.append(
                    "\" %s,\n%s\",%s,\"%s \"\"x\"\"\",%s,7,%s\r\n"
                            .formatted(
                                    words(4),
                                    words(3),
                                    words(1),
                                    words(2),
                                    words(5),
                                    "ABCD".charAt(i % 4)));
        }
        return out.toString();
    }

    private Path write(String name, String text) throws Exception {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }
}

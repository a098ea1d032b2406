package dev.ila.view;

import dev.ila.data.Dataset;
import dev.ila.eval.Accuracy;
import dev.ila.eval.FastChat;
import dev.ila.eval.HeldOut;
import dev.ila.eval.Judged;
import dev.ila.run.Host;
import dev.ila.run.Json;
import dev.ila.run.RunDirectory;
import dev.ila.torch.Compute;
import dev.ila.torch.Torch;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * What a model was found to be, in a directory: {@code eval.json} with all of it, {@code
 * held-out.csv} with a line for each conversation, {@code TASK.csv} with one for each question, and
 * {@code answers.jsonl}. No text of the data is in them but in the answers.
 */
public final class EvalReport implements AutoCloseable {
    private final RunDirectory directory;
    private final Map<String, Object> all = new LinkedHashMap<>();
    private final StringBuilder text = new StringBuilder();
    private final Table accuracies =
            Table.create(
                    "Multiple choice",
                    StringColumn.create("task"),
                    StringColumn.create("measure"),
                    IntColumn.create("questions"),
                    DoubleColumn.create("accuracy"),
                    DoubleColumn.create("from"),
                    DoubleColumn.create("to"),
                    DoubleColumn.create("chance"));

    /** Into a directory, which it closes. */
    public EvalReport(RunDirectory directory) {
        this.directory = directory;
    }

    /** Says what was asked, and where. */
    public void about(String model, Optional<Path> change, Compute compute) {
        all.put("model", model);
        change.ifPresent(c -> all.put("change", c.toString()));
        all.put("device", compute.device());
        all.put("precision", compute.precision().name());
        all.put("host", Host.current(compute.threads(), Map.of("pytorch", Torch.version())));
    }

    /**
     * Keeps and shows a loss.
     *
     * @param data of which the conversations are
     * @param trained whether the change was trained on the same files
     */
    public void heldOut(HeldOut found, Dataset data, boolean trained) {
        found.write(directory.path().resolve("held-out.csv"));
        List<HeldOut.Loss> losses = found.conversations();
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("conversations", losses.size());
        numbers.put("tokens", found.tokens());
        numbers.put("loss", found.mean());
        numbers.put("perplexity", found.perplexity());
        double half = found.halfInterval();
        if (Double.isFinite(half)) {
            numbers.put("halfInterval", half);
        }
        numbers.put(
                "files",
                data.sources().stream()
                        .map(f -> Path.of(f.file()).getFileName().toString())
                        .toList());
        numbers.put("sha256", data.sources().stream().map(f -> f.sha256()).toList());
        numbers.put("leftOut", data.leftOut());
        numbers.put("trainedOnTheSameFiles", trained);
        all.put("loss", numbers);
        text.append(
                String.format(
                        Locale.ROOT,
                        "Loss %.4f%s nats a token, perplexity %.3f, over %,d supervised tokens of %,d"
                                + " conversations.%n",
                        found.mean(),
                        Double.isFinite(half)
                                ? String.format(Locale.ROOT, " ± %.4f (95 %%)", half)
                                : "",
                        found.perplexity(),
                        found.tokens(),
                        losses.size()));
        if (!data.leftOut().isEmpty()) {
            text.append("Left out: ").append(data.leftOut()).append('\n');
        }
        if (trained) {
            text.append("The run was trained on these files, all but what it held out.\n");
        }
    }

    /** Keeps and shows a task's accuracies, with the name of its file. */
    public void task(String name, boolean byLength, Path path, List<Judged> judged) {
        Judged.write(directory.path().resolve(name + ".csv"), judged);
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("file", String.valueOf(path.getFileName()));
        add(name, "acc", numbers, judged, Judged::right);
        if (byLength) {
            add(name, "acc_norm", numbers, judged, Judged::rightByLength);
        }
        all.put(name, numbers);
    }

    private void add(
            String name,
            String measure,
            Map<String, Object> numbers,
            List<Judged> judged,
            Predicate<Judged> right) {
        Accuracy accuracy = Accuracy.of(judged, right);
        numbers.put(measure, accuracy);
        accuracies.stringColumn(0).append(name);
        accuracies.stringColumn(1).append(measure);
        accuracies.intColumn(2).append(accuracy.of());
        double[] of = {accuracy.share(), accuracy.low(), accuracy.high(), accuracy.chance()};
        for (int i = 0; i < of.length; i++) {
            accuracies.doubleColumn(3 + i).append(of[i]);
        }
    }

    /** Keeps answers for a judge. */
    public void answers(List<FastChat.Asked> questions, List<List<String>> answers, Clock clock) {
        String name = directory.path().toAbsolutePath().normalize().getFileName().toString();
        Path file = directory.path().resolve("answers.jsonl");
        FastChat.write(file, name, questions, answers, clock);
        all.put("answers", answers.size());
        text.append("Answers to %,d questions: %s%n".formatted(answers.size(), file));
    }

    /** Keeps all, and gives what a person wants to see. */
    public String finish() {
        Json.write(directory.path().resolve("eval.json"), all);
        if (accuracies.rowCount() > 0) {
            text.append(Tables.text(accuracies));
        }
        return text.append("Directory: ").append(directory.path()).append('\n').toString();
    }

    @Override
    public void close() {
        directory.close();
    }
}

package dev.ila.cli;

import dev.ila.eval.Benchmark;
import dev.ila.eval.Question;
import dev.ila.run.Require;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Which tests of multiple choice are asked. */
public final class TaskOptions {
    @ArgGroup(validate = false, order = 3, heading = "%nMultiple choice%n")
    private Tasks tasks = new Tasks();

    private static final class Tasks {
        @Option(
                names = "--task",
                paramLabel = "NAME=PATH",
                description =
                        "mmlu, hellaswag, arc or truthfulqa, from its file; mmlu from its"
                                + " directory. Give it again for another. Default: none.")
        private List<String> tasks = new ArrayList<>();

        @Option(
                names = "--task-limit",
                paramLabel = "N",
                description = "The first N questions, of mmlu of each subject. Default: all.")
        private Optional<Integer> limit = Optional.empty();
    }

    /** How many questions of a group are asked; empty for all. */
    public OptionalInt limit() {
        return tasks.limit
                .map(n -> OptionalInt.of(Require.atLeast(1, n, "--task-limit")))
                .orElseGet(OptionalInt::empty);
    }

    /** Where each test was read from. */
    public Map<Benchmark, Path> paths() {
        Map<Benchmark, Path> paths = new LinkedHashMap<>();
        for (String task : tasks.tasks) {
            int at = task.indexOf('=');
            Require.that(at > 0, task, "--task", "NAME=PATH, as arc=ARC-Challenge-Test.jsonl");
            Benchmark benchmark = Benchmark.named(task.substring(0, at));
            Require.that(
                    !paths.containsKey(benchmark),
                    "twice",
                    "--task " + benchmark.key(),
                    "given once; ask again for another file");
            paths.put(benchmark, Path.of(task.substring(at + 1)));
        }
        return paths;
    }

    /** Their questions. */
    public Map<Benchmark, List<Question>> questions() {
        Map<Benchmark, List<Question>> all = new LinkedHashMap<>();
        paths().forEach((benchmark, path) -> all.put(benchmark, benchmark.read(path, limit())));
        return all;
    }
}

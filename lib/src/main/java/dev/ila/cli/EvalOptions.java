package dev.ila.cli;

import dev.ila.data.Dataset;
import dev.ila.data.Example;
import dev.ila.data.Tokenizer;
import dev.ila.eval.Answers;
import dev.ila.eval.Benchmark;
import dev.ila.eval.FastChat;
import dev.ila.eval.HeldOut;
import dev.ila.eval.Judged;
import dev.ila.eval.MultipleChoice;
import dev.ila.eval.Question;
import dev.ila.run.Require;
import dev.ila.search.FinishedModel;
import dev.ila.search.Runs;
import dev.ila.search.SearchSettings;
import dev.ila.view.EvalReport;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is asked of which model. */
public final class EvalOptions {
    @Mixin private InputOptions input = new InputOptions();

    @ArgGroup(validate = false, order = 2, heading = "%nWhat is asked%n")
    private Asked asked = new Asked();

    @Mixin private TaskOptions tasks = new TaskOptions();

    @Mixin private MachineOptions machine = new MachineOptions();

    private static final class Asked {
        @Option(
                names = "--change",
                paramLabel = "RUN|ADAPTER",
                description =
                        "Ask the model with this change of its weights: what a run of ila-search or"
                                + " ila-tune has learned, or a PEFT adapter. A run brings its model"
                                + " along, and, if nothing else is asked, its held-out"
                                + " conversations.")
        private Optional<Path> change = Optional.empty();

        @Option(
                names = "--questions",
                paramLabel = "FILE",
                description =
                        "Answer the questions of a file in FastChat's form, as those of MT-Bench"
                                + " and of Vicuna, for a judge.")
        private Optional<Path> questions = Optional.empty();

        @Option(
                names = "--answer-tokens",
                paramLabel = "N",
                description = "Tokens of an answer at most. Default: ${DEFAULT-VALUE}.")
        private int answerTokens = 1024;

        @Option(
                names = "--tokens-at-once",
                paramLabel = "N",
                description =
                        "Tokens that are read side by side; more need more memory. Default: those of"
                                + " a micro-batch that the run of --change was trained with, 4096"
                                + " at most, and 4096 without a run.")
        private Optional<Integer> tokens = Optional.empty();

        @Option(
                names = "--out",
                paramLabel = "DIR",
                description =
                        "Where results are kept, new or empty. Default: the next free of"
                                + " runs/ila-eval-1, runs/ila-eval-2, ….")
        private Optional<Path> out = Optional.empty();
    }

    /**
     * Asks all of it.
     *
     * @return what a person wants to see; files are written on the way
     */
    public String evaluate(Progress progress) {
        String model = model();
        Answers.Settings answering = answering();
        Map<Benchmark, List<Question>> questions = tasks.questions();
        List<FastChat.Asked> open =
                asked.questions
                        .map(FastChat::questions)
                        .map(q -> q.subList(0, Math.min(q.size(), tasks.limit().orElse(q.size()))))
                        .orElse(List.of());
        Optional<Conversations> talks = conversations(model, questions.isEmpty() && open.isEmpty());
        try (EvalReport report = new EvalReport(CommonOptions.newRun("ila-eval", asked.out));
                FinishedModel finished =
                        FinishedModel.load(model, asked.change, machine.compute())) {
            report.about(model, asked.change, machine.compute());
            talks.ifPresent(
                    t -> {
                        progress.stage("loss", t.examples().size());
                        report.heldOut(
                                HeldOut.measure(
                                        finished.model().network(),
                                        finished.change(),
                                        t.examples(),
                                        tokens(),
                                        progress::count),
                                t.data(),
                                t.trained());
                    });
            questions.forEach(
                    (task, of) ->
                            report.task(
                                    task.key(),
                                    task.byLength(),
                                    tasks.paths().get(task),
                                    judged(task.key(), of, finished, progress)));
            if (!open.isEmpty()) {
                List<List<String>> turns = open.stream().map(FastChat.Asked::turns).toList();
                progress.stage("answers", turns.stream().mapToInt(List::size).sum());
                List<List<String>> answers =
                        Answers.talk(
                                finished.model(),
                                finished.change(),
                                turns,
                                answering,
                                progress::count);
                report.answers(open, answers, Clock.systemUTC());
            }
            return report.finish();
        }
    }

    /**
     * What the loss is of.
     *
     * @param trained whether the run was trained on the same files
     */
    private record Conversations(List<Example> examples, Dataset data, boolean trained) {}

    private int tokens() {
        return asked.tokens
                .map(t -> Require.atLeast(1, t, "--tokens-at-once"))
                .or(
                        () ->
                                asked.change
                                        .filter(FinishedModel::isRun)
                                        .map(Runs::settings)
                                        .map(FinishedModel::tokensAtOnce))
                .orElse(FinishedModel.TOKENS);
    }

    /** Keys and values take so little beside training's activations that four times fit. */
    private Answers.Settings answering() {
        return new Answers.Settings(
                Require.atLeast(1, asked.answerTokens, "--answer-tokens"), 4 * tokens());
    }

    private List<Judged> judged(
            String name, List<Question> questions, FinishedModel finished, Progress progress) {
        progress.stage(name, questions.size());
        try (Tokenizer tokenizer = Tokenizer.load(finished.model().checkpoint().directory())) {
            return new MultipleChoice(finished.model(), finished.change(), tokenizer, tokens())
                    .judge(questions, progress::count);
        }
    }

    private String model() {
        Optional<String> given = input.model();
        Optional<Path> run = asked.change.filter(FinishedModel::isRun);
        return given.or(() -> run.map(r -> Runs.settings(r).model()))
                .orElseGet(() -> SearchSettings.embedded().model());
    }

    private Optional<Conversations> conversations(String model, boolean nothingElse) {
        List<String> files = input.data();
        Optional<Path> run = asked.change.filter(FinishedModel::isRun);
        List<String> idle = input.withoutData();
        Require.that(idle.isEmpty(), "without", String.join(", ", idle), "given with --data");
        if (files.isEmpty()) {
            if (!nothingElse) {
                return Optional.empty();
            }
            Path of =
                    run.orElseThrow(
                            () ->
                                    new IllegalArgumentException(
                                            "what is asked must be given, but is: nothing; give"
                                                    + " --data, --task, --questions, or --change"
                                                    + " with a run"));
            Dataset data = FinishedModel.data(of);
            return Optional.of(new Conversations(FinishedModel.heldOut(of, data), data, false));
        }
        SearchSettings.Data usual = SearchSettings.Data.of(files.toArray(String[]::new));
        Dataset data =
                FinishedModel.data(
                        model,
                        new SearchSettings.Data(
                                usual.files(),
                                input.format().orElse(""),
                                input.columns(),
                                input.maxLength(),
                                input.limit().orElse(0),
                                usual.heldOut(),
                                usual.batchSize(),
                                usual.microBatch()));
        Map<String, String> known = run.map(FinishedModel::dataOf).orElse(Map.of());
        boolean trained = data.sources().stream().anyMatch(s -> known.containsValue(s.sha256()));
        return Optional.of(new Conversations(data.examples(), data, trained));
    }
}

package dev.ila.eval;

import dev.ila.data.Tokenizer;
import dev.ila.model.LanguageModel;
import dev.ila.run.Require;
import dev.ila.torch.Change;
import dev.ila.torch.Texts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * How likely a model finds the choices of questions: the sum of the log-probabilities of a choice's
 * tokens after the context, as lm-evaluation-harness has it, without a chat template.
 *
 * <p>What the questions of a group begin with is read once, a question once for all its choices;
 * logits are there for the choices' tokens alone.
 */
public final class MultipleChoice {
    /** Choices have room for so many times the tokens that contexts have. */
    private static final int CHOICES = 4;

    private final LanguageModel model;
    private final Change change;
    private final Tokenizer tokenizer;
    private final int tokens;

    /**
     * By a model with a change of its weights.
     *
     * @param tokens of all contexts that are read side by side; one that is longer is read alone
     */
    public MultipleChoice(LanguageModel model, Change change, Tokenizer tokenizer, int tokens) {
        this.model = model;
        this.change = change;
        this.tokenizer = tokenizer;
        this.tokens = Require.atLeast(1, tokens, "tokens at once");
    }

    /** A question in tokens; each choice's first is said by the context's last. */
    private record Prompt(int place, int[] context, int[][] choices) {
        int longest() {
            return Arrays.stream(choices).mapToInt(c -> c.length).max().orElseThrow();
        }
    }

    /**
     * Judges questions.
     *
     * @param done is told how many are, now and then
     * @return one for each question, in their order
     */
    public List<Judged> judge(List<Question> questions, IntConsumer done) {
        Map<String, List<Prompt>> groups = new LinkedHashMap<>();
        for (int i = 0; i < questions.size(); i++) {
            Prompt prompt = prompt(i, questions.get(i));
            groups.computeIfAbsent(questions.get(i).group(), g -> new ArrayList<>()).add(prompt);
        }
        double[][] all = new double[questions.size()][];
        int[] ready = new int[1];
        for (List<Prompt> group : groups.values()) {
            judge(
                    group,
                    (prompt, sums) -> {
                        all[prompt.place()] = sums;
                        done.accept(++ready[0]);
                    });
        }
        List<Judged> judged = new ArrayList<>();
        for (int i = 0; i < all.length; i++) {
            judged.add(new Judged(questions.get(i), Arrays.stream(all[i]).boxed().toList()));
        }
        return judged;
    }

    /** Context and choice are encoded together; blanks at a context's end go to the choice. */
    private Prompt prompt(int place, Question question) {
        String context = question.context().stripTrailing();
        String between = question.context().substring(context.length()) + " ";
        int[] ids = tokenizer.encodePlain(context);
        int[][] choices =
                question.choices().stream()
                        .map(c -> tokenizer.encodePlain(context + between + c))
                        .map(whole -> Arrays.copyOfRange(whole, ids.length, whole.length))
                        .toArray(int[][]::new);
        Prompt prompt = new Prompt(place, ids, choices);
        for (int[] choice : choices) {
            Require.atLeast(1, choice.length, "tokens of a choice");
        }
        return prompt;
    }

    /** Takes the log-likelihoods of a question's choices. */
    @FunctionalInterface
    private interface Sink {
        void take(Prompt prompt, double[] sums);
    }

    private void judge(List<Prompt> group, Sink sink) {
        int shared = shared(group);
        List<Prompt> sorted =
                group.stream().sorted(Comparator.comparingInt(p -> -p.context().length)).toList();
        try (Texts beginning = model.network().texts(change, 1, Math.max(1, shared))) {
            int[][] first = {Arrays.copyOf(group.get(0).context(), shared)};
            beginning.losses(first, new int[1][shared][0]);
            int from = 0;
            while (from < sorted.size()) {
                int longest = sorted.get(from).context().length;
                int count = Math.max(1, tokens / longest);
                List<Prompt> batch = sorted.subList(from, Math.min(sorted.size(), from + count));
                judge(beginning, shared, batch, sink);
                from += batch.size();
            }
        }
    }

    /** Tokens with which all contexts begin, the last of each left out. */
    private static int shared(List<Prompt> group) {
        int[] first = group.get(0).context();
        int shared = first.length - 1;
        for (Prompt p : group) {
            int same = Arrays.mismatch(first, p.context());
            shared = Math.min(shared, same < 0 ? shared : same);
            shared = Math.min(shared, p.context().length - 1);
        }
        return shared;
    }

    private void judge(Texts beginning, int shared, List<Prompt> batch, Sink sink) {
        int rows = batch.size();
        int[][] rest = new int[rows][];
        int[][][] firsts = new int[rows][][];
        int longest = 0;
        for (int row = 0; row < rows; row++) {
            Prompt p = batch.get(row);
            rest[row] = Arrays.copyOfRange(p.context(), shared, p.context().length);
            firsts[row] = new int[rest[row].length][0];
            firsts[row][rest[row].length - 1] =
                    Arrays.stream(p.choices()).mapToInt(c -> c[0]).toArray();
            longest = Math.max(longest, p.context().length);
        }
        try (Texts contexts = beginning.select(new int[rows], longest)) {
            float[][] losses = contexts.losses(rest, firsts);
            double[][] sums = new double[rows][];
            List<int[]> further = new ArrayList<>(); // row, choice
            for (int row = 0; row < rows; row++) {
                sums[row] = new double[losses[row].length];
                for (int c = 0; c < sums[row].length; c++) {
                    sums[row][c] = -losses[row][c];
                    if (batch.get(row).choices()[c].length > 1) {
                        further.add(new int[] {row, c});
                    }
                }
            }
            int room = longest + batch.stream().mapToInt(Prompt::longest).max().orElseThrow();
            int count = Math.max(1, CHOICES * tokens / room);
            for (int from = 0; from < further.size(); from += count) {
                List<int[]> some = further.subList(from, Math.min(further.size(), from + count));
                add(contexts, batch, some, room, sums);
            }
            for (int row = 0; row < rows; row++) {
                sink.take(batch.get(row), sums[row]);
            }
        }
    }

    /** Adds the log-probabilities of the choices' tokens after their first. */
    private static void add(
            Texts contexts, List<Prompt> batch, List<int[]> some, int room, double[][] sums) {
        int[] rows = some.stream().mapToInt(s -> s[0]).toArray();
        int[][] said = new int[some.size()][];
        int[][][] next = new int[some.size()][][];
        for (int i = 0; i < some.size(); i++) {
            int[] choice = batch.get(rows[i]).choices()[some.get(i)[1]];
            said[i] = Arrays.copyOf(choice, choice.length - 1);
            next[i] = new int[said[i].length][];
            for (int t = 0; t < said[i].length; t++) {
                next[i][t] = new int[] {choice[t + 1]};
            }
        }
        try (Texts choices = contexts.select(rows, room)) {
            float[][] losses = choices.losses(said, next);
            for (int i = 0; i < losses.length; i++) {
                for (float loss : losses[i]) {
                    sums[rows[i]][some.get(i)[1]] -= loss;
                }
            }
        }
    }
}

package dev.ila.eval;

import dev.ila.data.ChatTemplate;
import dev.ila.data.Tokenizer;
import dev.ila.data.Turn;
import dev.ila.model.LanguageModel;
import dev.ila.run.Require;
import dev.ila.torch.Change;
import dev.ila.torch.Texts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** What a model says, the likeliest token each time, to prompts side by side. */
public final class Answers {
    private Answers() {}

    /**
     * How answers are made.
     *
     * @param mostTokens of an answer
     * @param tokens for which there is room side by side, prompts and answers; one talk that is
     *     longer goes alone
     */
    public record Settings(int mostTokens, int tokens) {
        /** Checks both. */
        public Settings {
            Require.atLeast(1, mostTokens, "most tokens of an answer");
            Require.atLeast(1, tokens, "tokens at once");
        }

        /** How many of the first prompts fit. */
        int fitting(List<int[]> prompts) {
            int longest = 0;
            int rows = 0;
            for (int[] prompt : prompts) {
                longest = Math.max(longest, prompt.length);
                if (rows > 0 && (rows + 1L) * (longest + mostTokens) > tokens) {
                    break;
                }
                rows++;
            }
            return rows;
        }
    }

    /**
     * Lets a model with a change of its weights talk, by its own chat template; each turn comes
     * after the turns and answers before it.
     *
     * @param users what the users say, [talks][turns]
     * @param done is told how many turns are answered
     * @return what the model says to each of them, without blanks around it, [talks][turns]
     */
    public static List<List<String>> talk(
            LanguageModel model,
            Change change,
            List<List<String>> users,
            Settings how,
            IntConsumer done) {
        List<List<Turn>> talks = new ArrayList<>();
        users.forEach(u -> talks.add(new ArrayList<>()));
        int turns = users.stream().mapToInt(List::size).max().orElse(0);
        int answered = 0;
        try (Tokenizer tokenizer = Tokenizer.load(model.checkpoint().directory())) {
            ChatTemplate template = ChatTemplate.of(tokenizer);
            Set<Integer> ends = tokenizer.ends();
            for (int turn = 0; turn < turns; turn++) {
                int now = turn;
                List<Integer> open =
                        IntStream.range(0, users.size())
                                .filter(i -> now < users.get(i).size())
                                .boxed()
                                .toList();
                open.forEach(i -> talks.get(i).add(new Turn("user", users.get(i).get(now))));
                List<int[]> prompts =
                        open.stream()
                                .map(i -> template.render(talks.get(i), true))
                                .map(text -> tokenizer.encode(text).ids())
                                .toList();
                int from = 0;
                while (from < open.size()) {
                    int rows = how.fitting(prompts.subList(from, open.size()));
                    List<int[]> said =
                            greedy(
                                    model,
                                    change,
                                    prompts.subList(from, from + rows),
                                    how.mostTokens(),
                                    t -> ends.contains(t) || tokenizer.isSpecial(t));
                    for (int i = 0; i < rows; i++) {
                        String text = tokenizer.decode(said.get(i)).strip();
                        talks.get(open.get(from + i)).add(new Turn("assistant", text));
                    }
                    from += rows;
                    answered += rows;
                    done.accept(answered);
                }
            }
        }
        return talks.stream()
                .map(
                        talk ->
                                talk.stream()
                                        .filter(t -> t.role().equals("assistant"))
                                        .map(Turn::content)
                                        .toList())
                .toList();
    }

    /** The same to a single question. */
    public static String one(LanguageModel model, Change change, String question, int most) {
        List<List<String>> user = List.of(List.of(question));
        return talk(model, change, user, new Settings(most, 1), n -> {}).get(0).get(0);
    }

    /**
     * Lets a model with a change of its weights go on with prompts.
     *
     * @param prompts token ids, each at least one
     * @param most tokens of an answer
     * @param ends whether a token ends an answer
     * @return token ids of each answer, without its end
     */
    public static List<int[]> greedy(
            LanguageModel model, Change change, List<int[]> prompts, int most, IntPredicate ends) {
        int longest = prompts.stream().mapToInt(p -> p.length).max().orElseThrow();
        List<List<Integer>> said = new ArrayList<>();
        prompts.forEach(p -> said.add(new ArrayList<>()));
        int[] going = IntStream.range(0, prompts.size()).toArray(); // the prompt of each text
        Texts texts = model.network().texts(change, prompts.size(), longest + most);
        try {
            int[][] read = prompts.toArray(int[][]::new);
            for (int step = 0; step < most && going.length > 0; step++) {
                int[] next = texts.next(read);
                int[] on =
                        IntStream.range(0, going.length)
                                .filter(row -> !ends.test(next[row]))
                                .toArray();
                if (on.length > 0 && on.length < going.length) {
                    Texts fewer = texts.select(on, longest + most);
                    texts.close();
                    texts = fewer;
                }
                int[] before = going;
                going = Arrays.stream(on).map(row -> before[row]).toArray();
                read = Arrays.stream(on).mapToObj(r -> new int[] {next[r]}).toArray(int[][]::new);
                for (int row = 0; row < going.length; row++) {
                    said.get(going[row]).add(read[row][0]);
                }
            }
        } finally {
            texts.close();
        }
        return said.stream().map(s -> s.stream().mapToInt(i -> i).toArray()).toList();
    }
}

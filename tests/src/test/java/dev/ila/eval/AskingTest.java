package dev.ila.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.ila.data.Batches;
import dev.ila.data.Demo;
import dev.ila.data.Example;
import dev.ila.data.Tokenizer;
import dev.ila.model.LanguageModel;
import dev.ila.search.FinishedModel;
import dev.ila.search.SearchSettings;
import dev.ila.torch.Change;
import dev.ila.torch.Precision;
import dev.ila.train.Fixture;
import dev.ila.train.Trainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded model is asked, against the same by whole texts and full logits. */
class AskingTest {
    @TempDir Path folder;

    private static LanguageModel model;
    private static Change none;
    private static Tokenizer tokenizer;

    @BeforeAll
    static void load() {
        Path demo = Demo.extract();
        model = Fixture.model(demo, Precision.F32);
        none = Change.none(model.network());
        tokenizer = Tokenizer.load(demo);
    }

    @AfterAll
    static void close() {
        tokenizer.close();
        model.close();
    }

    /** Groups that begin alike, choices of one and of many tokens, a context with a blank. */
    private static List<Question> questions() {
        List<Question> all = new ArrayList<>();
        String shared = "How heavy is the blanket? What is the blanket made of? ";
        for (int i = 0; i < 5; i++) {
            List<String> choices =
                    i == 2
                            ? List.of("A", "B", "C")
                            : List.of("It weighs eight stones.", "copper", "The blanket is " + i);
            String context = shared + "again ".repeat(i) + (i % 2 == 0 ? "Answer:" : "Answer: ");
            all.add(new Question("blanket", context, choices, i % 3));
            all.add(new Question("", "Say" + " so".repeat(i) + ":", List.of("so", "no " + i), 1));
        }
        return all;
    }

    @Test
    void likelihoodsAreThoseOfWholeTexts() {
        List<Question> questions = questions();
        for (int tokens : new int[] {1, 50, 100_000}) {
            List<Integer> done = new ArrayList<>();
            List<Judged> judged =
                    new MultipleChoice(model, none, tokenizer, tokens).judge(questions, done::add);
            assertEquals(IntStream.rangeClosed(1, 10).boxed().toList(), done);
            for (int i = 0; i < questions.size(); i++) {
                Question q = questions.get(i);
                assertEquals(q, judged.get(i).question());
                for (int c = 0; c < q.choices().size(); c++) {
                    double wanted = likelihood(q.context(), q.choices().get(c));
                    assertEquals(wanted, judged.get(i).logLikelihoods().get(c), 2e-4);
                }
            }
        }
    }

    private static double likelihood(String context, String choice) {
        String plain = context.stripTrailing();
        int[] begin = tokenizer.encodePlain(plain);
        int[] all = tokenizer.encodePlain(plain + context.substring(plain.length()) + " " + choice);
        double sum = 0;
        for (int t = begin.length; t < all.length; t++) {
            double[] logits = logits(Arrays.copyOf(all, t));
            double total = Math.log(Arrays.stream(logits).map(Math::exp).sum());
            sum += logits[all[t]] - total;
        }
        return sum;
    }

    private static double[] logits(int[] ids) {
        float[] gamma = new float[model.layers().size()];
        long[] text = Arrays.stream(ids).asLongStream().toArray();
        float[] x = model.network().logits(text, 1, new long[] {ids.length - 1}, none, gamma);
        return IntStream.range(0, x.length).mapToDouble(i -> x[i]).toArray();
    }

    @Test
    void theChoiceByLengthCountsCharacters() {
        Question q = new Question("", "c", List.of("ab", "abcd", "\uD83D\uDE00"), 1);
        Judged judged = new Judged(q, List.of(-2.0, -3.0, -0.9));
        assertEquals(2, judged.choice());
        assertEquals(1, judged.choiceByLength());
        assertTrue(judged.rightByLength() && !judged.right());
        assertEquals(0, new Judged(q, List.of(-1.0, -1.0, -1.0)).choice());
    }

    /** The interval is that of SciPy's binomtest(7, 9).proportion_ci(method="wilson"). */
    @Test
    void anAccuracyHasItsIntervalAndChance() {
        Question two = new Question("", "c", List.of("a", "b"), 0);
        Question four = new Question("", "c", List.of("a", "b", "d", "e"), 0);
        List<Judged> judged = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            List<Double> right = i % 3 == 0 ? List.of(-1.0, -2.0) : List.of(-1.0, -2.0, -3.0, -4.0);
            List<Double> wrong = List.of(-4.0, -3.0, -2.0, -1.0);
            judged.add(new Judged(i % 3 == 0 ? two : four, i == 1 || i == 4 ? wrong : right));
        }
        Accuracy accuracy = Accuracy.of(judged, Judged::right);
        assertEquals(7, accuracy.right());
        assertEquals(7 / 9.0, accuracy.share());
        assertEquals(0.4525889691, accuracy.low(), 1e-9);
        assertEquals(0.9367748929, accuracy.high(), 1e-9);
        assertEquals((3 * 0.5 + 6 * 0.25) / 9, accuracy.chance(), 1e-12);
    }

    @Test
    void heldOutLossIsTheTrainersAndHasAnInterval() {
        SearchSettings.Data data = SearchSettings.Data.of("polite").withLimit(30);
        List<Example> examples = FinishedModel.data(Demo.extract().toString(), data).examples();
        float[] gamma = new float[model.layers().size()];
        double wanted = Trainer.loss(model.network(), none, gamma, Batches.inOrder(examples, 8));
        for (int tokens : new int[] {1, 300, 100_000}) {
            HeldOut found = HeldOut.measure(model.network(), none, examples, tokens, n -> {});
            assertEquals(30, found.conversations().size());
            assertEquals(examples.get(3).supervisedTokens(), found.conversations().get(3).tokens());
            assertEquals(wanted, found.mean(), 1e-6);
            assertEquals(Math.exp(wanted), found.perplexity(), 1e-5);
        }
        HeldOut equal =
                new HeldOut(
                        List.of(
                                new HeldOut.Loss(10, 10),
                                new HeldOut.Loss(20, 10),
                                new HeldOut.Loss(30, 10)));
        // Means 1, 2, 3 of equal weight: 1.96 times their deviation, 1, over the root of 3.
        assertEquals(1.96 / Math.sqrt(3), equal.halfInterval(), 1e-12);
        assertTrue(Double.isNaN(new HeldOut(List.of(new HeldOut.Loss(1, 1))).halfInterval()));
    }

    @Test
    void answersSideBySideAreThoseOfEachAlone() {
        List<int[]> prompts = new ArrayList<>();
        for (String text :
                List.of("How heavy is the blanket?", "Say:", "What is it made of? ".repeat(12))) {
            prompts.add(tokenizer.encodePlain(text));
        }
        List<int[]> endless = Answers.greedy(model, none, prompts, 20, t -> false);
        for (int i = 0; i < prompts.size(); i++) {
            int[] text = prompts.get(i);
            for (int step = 0; step < 20; step++) {
                double[] logits = logits(text);
                int best =
                        IntStream.range(0, logits.length)
                                .reduce((a, b) -> logits[b] > logits[a] ? b : a)
                                .orElseThrow();
                text = Arrays.copyOf(text, text.length + 1);
                text[text.length - 1] = best;
            }
            int from = prompts.get(i).length;
            assertArrayEquals(Arrays.copyOfRange(text, from, text.length), endless.get(i));
        }
        // A token that one of them says, first or later, ends that answer and no other.
        int end = endless.get(1)[3];
        List<int[]> ended = Answers.greedy(model, none, prompts, 20, t -> t == end);
        for (int i = 0; i < prompts.size(); i++) {
            int[] all = endless.get(i);
            int at = IntStream.range(0, 20).filter(t -> all[t] == end).findFirst().orElse(20);
            assertArrayEquals(Arrays.copyOf(all, at), ended.get(i));
        }
    }

    @Test
    void everyTurnSeesTheAnswersBeforeIt() {
        String question = "How heavy is the blanket?";
        List<List<String>> users =
                List.of(List.of(question), List.of(question, question), List.of("What?"));
        List<Integer> done = new ArrayList<>();
        List<List<String>> answers =
                Answers.talk(model, none, users, new Answers.Settings(24, 100), done::add);
        // The longest with its answer leaves no room for a third, or beside it for another.
        assertEquals(4, done.get(done.size() - 1));
        assertTrue(done.size() > 1, done.toString());
        assertEquals(List.of(1, 2, 1), answers.stream().map(List::size).toList());
        assertEquals(answers.get(0).get(0), answers.get(1).get(0));
        assertTrue(!answers.get(0).get(0).isBlank() && !answers.get(0).get(0).contains("<|"));
        assertEquals(Set.of(tokenizer.id("<|end|>").orElseThrow()), tokenizer.ends());
    }

    @Test
    void answersAreWrittenAsFastChatReadsThem() throws Exception {
        Path file = folder.resolve("question.jsonl");
        Files.writeString(
                file,
                "{\"question_id\": 81, \"category\": \"writing\", \"turns\": [\"One?\", \"Two?\"]}\n"
                        + "{\"question_id\": \"x\", \"turns\": [\"Three?\"]}\n");
        List<FastChat.Asked> asked = FastChat.questions(file);
        assertEquals(List.of("One?", "Two?"), asked.get(0).turns());
        Path out = folder.resolve("answers.jsonl");
        Clock clock = Clock.fixed(Instant.ofEpochMilli(1_700_000_000_250L), ZoneOffset.UTC);
        FastChat.write(out, "ours", asked, List.of(List.of("1 < 2", "\"2\""), List.of("3")), clock);
        List<String> lines = Files.readAllLines(out);
        assertEquals(2, lines.size());
        JsonObject first = JsonParser.parseString(lines.get(0)).getAsJsonObject();
        assertEquals(
                Set.of("question_id", "answer_id", "model_id", "choices", "tstamp"),
                first.keySet());
        assertEquals(81, first.get("question_id").getAsInt());
        assertEquals("ours", first.get("model_id").getAsString());
        assertEquals(1_700_000_000.25, first.get("tstamp").getAsDouble());
        assertEquals(
                "[{\"index\":0,\"turns\":[\"1 < 2\",\"\\\"2\\\"\"]}]",
                first.get("choices").toString());
        assertTrue(first.get("answer_id").getAsString().matches("[0-9a-f]{32}"));
    }
}

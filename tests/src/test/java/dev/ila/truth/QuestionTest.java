package dev.ila.truth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.criteria.RunFixture;
import dev.ila.criteria.Subject;
import dev.ila.data.Example;
import dev.ila.run.RunDirectory;
import dev.ila.search.Delta;
import dev.ila.search.FinishedModel;
import dev.ila.search.Runs;
import dev.ila.search.Search;
import dev.ila.search.SearchSettings;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layers are taken apart on nothing that the run was trained on. */
class QuestionTest {
    @TempDir Path folder;

    private static Subject subject(SearchSettings settings, Path run) {
        return new Subject(
                new Subject.Given(
                        settings.model(),
                        Optional.of(run),
                        Optional.of(settings),
                        Optional.of(settings.data()),
                        12,
                        settings.compute(),
                        1),
                Subject.Progress.SILENT);
    }

    private static Truth.Settings settings(Optional<SearchSettings.Data> data, int tokens) {
        return new Truth.Settings(data, tokens, 400, List.of(0.5), 1, 1);
    }

    private static Set<String> texts(List<Example> examples) {
        Set<String> texts = new HashSet<>();
        for (Example e : examples) {
            int[] ids = new int[e.length()];
            Arrays.setAll(ids, e::id);
            texts.add(Arrays.toString(ids));
        }
        return texts;
    }

    @Test
    void conversationsAreThoseThatTheRunDidNotTrainOn() {
        Path run = folder.resolve("run");
        SearchSettings made = RunFixture.run(run, Delta.Lora.defaults(), 2);
        Set<String> trained = texts(FinishedModel.trained(run));
        assertEquals(80, made.data().limit());
        // 48 of 80 are held out, and 520 are beyond the limit.
        assertEquals(568, FinishedModel.unseen(run).size());
        Question all = Question.of(subject(made, run), settings(Optional.empty(), 1_000_000));
        assertTrue(all.examples().size() > 500, "" + all.examples().size());
        assertTrue(
                all.notes().get(0).contains("fewer than the 1,000,000 of --tokens"),
                all.notes().toString());
        assertDisjoint(trained, all.examples());
        Question some = Question.of(subject(made, run), settings(Optional.empty(), 2_000));
        long tokens = some.examples().stream().mapToLong(Example::supervisedTokens).sum();
        assertTrue(tokens >= 2_000 && tokens < 2_100, "" + tokens);
        // By chance, not the shortest first.
        double mean = some.examples().stream().mapToInt(Example::length).average().orElseThrow();
        double there = all.examples().stream().mapToInt(Example::length).average().orElseThrow();
        assertEquals(there, mean, 0.1 * there);
        // The run's own file by name: what was trained on is left out.
        Question named =
                Question.of(
                        subject(made, run),
                        settings(Optional.of(made.data().withLimit(0)), 1_000_000));
        assertDisjoint(trained, named.examples());
    }

    /** What chose the run's mask is no judge of it, unless there is nobody else. */
    @Test
    void conversationsThatChoseTheSparsityAreLeftOut() {
        Path run = folder.resolve("chosen");
        SearchSettings embedded = SearchSettings.embedded();
        SearchSettings made =
                embedded.with(embedded.data().withLimit(70))
                        .with(RunFixture.CPU)
                        .with(embedded.stage2().with(List.of(0.0, 1.0)))
                        .withSteps(2, 1);
        try (RunDirectory directory = RunDirectory.create(run)) {
            Search.start(made, directory, new Search.Observer() {});
        }
        Set<String> chose = texts(FinishedModel.heldOut(run, FinishedModel.data(run)));
        assertFalse(chose.isEmpty());
        Question question = Question.of(subject(made, run), settings(Optional.empty(), 10_000));
        Set<String> read = texts(question.examples());
        read.retainAll(chose);
        assertEquals(Set.of(), read);
        assertEquals(1, question.notes().size());
        Question all = Question.of(subject(made, run), settings(Optional.empty(), 1_000_000));
        assertEquals(
                "by some of these the run chose its mask's sparsity, which favours the mask",
                all.notes().get(0));
        Set<String> everything = texts(all.examples());
        everything.retainAll(chose);
        assertFalse(everything.isEmpty());
        assertEquals(1, Runs.mask(run).each().size());
        assertTrue(List.of(0.0, 1.0).contains(Runs.mask(run).sparsity()));
    }

    private static void assertDisjoint(Set<String> trained, List<Example> examples) {
        Set<String> read = texts(examples);
        read.retainAll(trained);
        assertEquals(Set.of(), read);
        assertFalse(trained.isEmpty());
    }

    @Test
    void aChangeOfMoreThanTheLinearLayersIsRefused() {
        Path run = folder.resolve("lisa");
        SearchSettings embedded = SearchSettings.embedded();
        SearchSettings settings =
                new SearchSettings(
                                embedded.model(),
                                embedded.data().withLimit(70),
                                new Delta.Lisa(1, 1),
                                RunFixture.CPU,
                                1,
                                embedded.stage1(),
                                embedded.stage2(),
                                1)
                        .withSteps(2, 1);
        try (RunDirectory directory = RunDirectory.create(run)) {
            Search.start(settings, directory, new Search.Observer() {});
        }
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Question.of(subject(settings, run), settings(Optional.empty(), 100)));
        assertEquals(
                "change of lisa must be one of the linear layers alone, to be taken apart, but is:"
                        + " LISA's, of embedding, head and norms too",
                e.getMessage());
    }
}

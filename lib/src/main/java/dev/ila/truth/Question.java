package dev.ila.truth;

import dev.ila.criteria.Subject;
import dev.ila.data.Dataset;
import dev.ila.data.Example;
import dev.ila.run.Hash;
import dev.ila.run.Json;
import dev.ila.run.Require;
import dev.ila.search.Delta;
import dev.ila.search.DeltaTheta;
import dev.ila.search.FinishedModel;
import dev.ila.search.Runs;
import dev.ila.search.SearchSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * What is taken apart, and on which conversations: never one that the run was trained on.
 *
 * @param change Δθ
 * @param examples conversations, drawn by chance from those there are
 * @param asked what tells this question from others, by name
 * @param notes what is to be known about it, a line each
 */
record Question(
        DeltaTheta change, List<Example> examples, Map<String, String> asked, List<String> notes) {
    private static final String FILE = "asked.json";

    /** Reads the change and the conversations. */
    static Question of(Subject subject, Truth.Settings settings) {
        Subject.Given given = subject.given();
        Path run = given.run().orElseThrow();
        Require.that(
                settings.data().isPresent() || given.settings().isPresent(),
                "none",
                "data of " + run.getFileName(),
                "conversations; give them with --data, or a run of ila-search or ila-tune");
        DeltaTheta change = subject.change();
        Require.that(
                change.elsewhere().isEmpty(),
                "LISA's, of embedding, head and norms too",
                "change of " + run.getFileName(),
                "one of the linear layers alone, to be taken apart");
        List<String> notes = new ArrayList<>();
        if (given.settings().map(s -> s.delta() instanceof Delta.Aligned).orElse(false)) {
            notes.add("embedding, head and norms are the aligned model's throughout");
        }
        Map<String, String> files = new TreeMap<>();
        List<Example> there = new ArrayList<>(there(given, settings.data(), files));
        Set<String> trained = new HashSet<>();
        if (given.settings().isPresent()) {
            FinishedModel.trained(run).forEach(e -> trained.add(hash(List.of(e))));
            there.removeIf(e -> trained.contains(hash(List.of(e))));
        } else {
            notes.add("what the adapter was trained on is not known");
        }
        there = unchosen(there, run, settings, notes);
        List<Example> some = some(there, settings);
        long tokens = some.stream().mapToLong(Example::supervisedTokens).sum();
        notes.add(
                "%,d of %,d conversations of %s that were not trained on, %,d supervised tokens%s"
                        .formatted(
                                some.size(),
                                there.size(),
                                String.join(", ", files.keySet()),
                                tokens,
                                tokens < settings.tokens()
                                        ? ": fewer than the %,d of --tokens"
                                                .formatted(settings.tokens())
                                        : ""));
        Map<String, String> asked = new TreeMap<>();
        asked.put("model", subject.checkpoint().sha256());
        asked.put("change", Hash.sha256(change.values()));
        Path about = run.resolve("run.json");
        asked.put("run", Files.exists(about) ? Hash.sha256(about) : "");
        asked.put("examples", String.valueOf(given.examples()));
        asked.put("precision", given.compute().precision().name());
        asked.put("data", files.toString());
        asked.put("conversations", hash(some));
        asked.put("cuts", settings.cuts().toString());
        asked.put("orders", String.valueOf(settings.orders()));
        asked.put("seed", String.valueOf(settings.seed()));
        return new Question(change, some, asked, notes);
    }

    /** Without those by which the run chose its mask, if enough are left; else it is noted. */
    private static List<Example> unchosen(
            List<Example> there, Path run, Truth.Settings settings, List<String> notes) {
        if (!FinishedModel.isRun(run) || !Runs.choseSparsity(run)) {
            return there;
        }
        Set<String> chose = new HashSet<>();
        FinishedModel.heldOut(run, FinishedModel.data(run))
                .forEach(e -> chose.add(hash(List.of(e))));
        List<Example> rest = there.stream().filter(e -> !chose.contains(hash(List.of(e)))).toList();
        if (rest.stream().mapToLong(Example::supervisedTokens).sum() >= settings.tokens()) {
            return rest;
        }
        notes.add("by some of these the run chose its mask's sparsity, which favours the mask");
        return there;
    }

    /** Those that were named, or those that the run did not read to train on. */
    private static List<Example> there(
            Subject.Given given, Optional<SearchSettings.Data> named, Map<String, String> files) {
        if (named.isPresent()) {
            Dataset data = FinishedModel.data(given.model(), named.get());
            data.sources().forEach(f -> files.put(name(f.file()), f.sha256()));
            return data.examples();
        }
        Path run = given.run().orElseThrow();
        FinishedModel.dataOf(run).forEach((file, hash) -> files.put(name(file), hash));
        return FinishedModel.unseen(run);
    }

    private static String name(String file) {
        return Path.of(file).getFileName().toString();
    }

    private static List<Example> some(List<Example> there, Truth.Settings settings) {
        List<Example> drawn = new ArrayList<>(there);
        Collections.shuffle(drawn, new Random(settings.seed()));
        List<Example> some = new ArrayList<>();
        int tokens = 0;
        for (Example e : drawn) {
            if (tokens < settings.tokens()) {
                some.add(e);
                tokens += e.supervisedTokens();
            }
        }
        Require.atLeast(2, some.size(), "number of conversations that were not trained on");
        return some;
    }

    private static String hash(List<Example> examples) {
        List<Float> numbers = new ArrayList<>();
        for (Example e : examples) {
            numbers.add((float) e.length());
            for (int t = 0; t < e.length(); t++) {
                numbers.add((float) e.id(t));
                numbers.add(e.supervised(t) ? (float) e.label(t) : -1f);
            }
        }
        float[] flat = new float[numbers.size()];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = numbers.get(i);
        }
        return Hash.sha256(flat);
    }

    /**
     * Keeps what is asked, before anything is measured.
     *
     * @throws IllegalArgumentException if something else was asked in this directory
     */
    void keep(Path directory) {
        keep(directory, asked);
    }

    /** The same of any question. */
    static void keep(Path directory, Map<String, String> asked) {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            Json.write(file, asked);
            return;
        }
        Map<?, ?> then = Json.read(file, Map.class);
        List<String> differ = new ArrayList<>();
        asked.forEach(
                (what, now) -> {
                    if (!now.equals(then.get(what))) {
                        differ.add("%s %s, not %s".formatted(what, then.get(what), now));
                    }
                });
        Require.that(
                differ.isEmpty(),
                String.join("; ", differ),
                "what was asked in " + directory.getFileName(),
                "as it is asked for now; name another directory with --out");
    }
}

package dev.ila.truth;

import dev.ila.data.Batch;
import dev.ila.data.Batches;
import dev.ila.data.Example;
import dev.ila.data.Records;
import dev.ila.eval.HeldOut;
import dev.ila.run.AtomicFiles;
import dev.ila.run.Require;
import dev.ila.torch.Masked;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntConsumer;

/**
 * Losses of the same conversations with different layers changed.
 *
 * @param of each set of layers by its name, in order
 */
public record MaskedLosses(Map<String, HeldOut> of) {
    private static final List<String> FIRST = List.of("conversation", "tokens");

    /**
     * Tokens times masks that are asked at once: between two calls it can be told how far it is,
     * and be stopped.
     */
    private static final int AT_ONCE = 16_384;

    /** Takes a copy, and checks that all are of the same conversations. */
    public MaskedLosses {
        of = Collections.unmodifiableMap(new LinkedHashMap<>(of));
        Require.atLeast(1, of.size(), "number of sets of layers");
        Require.that(
                of.values().stream().map(MaskedLosses::tokens).distinct().count() == 1,
                of.keySet(),
                "conversations of sets of layers",
                "the same");
    }

    private static List<Integer> tokens(HeldOut held) {
        return held.conversations().stream().map(HeldOut.Loss::tokens).toList();
    }

    /** Number of conversations. */
    public int conversations() {
        return of.values().iterator().next().conversations().size();
    }

    /**
     * Losses of a set.
     *
     * @throws IllegalArgumentException if it was not measured
     */
    public HeldOut of(String name) {
        return Require.that(of.containsKey(name), of, "losses", "measured of " + name).get(name);
    }

    /**
     * Mean loss of a set over supervised tokens, in nats.
     *
     * @param times how often each conversation counts
     */
    public double mean(String name, int... times) {
        List<HeldOut.Loss> losses = of(name).conversations();
        double nats = 0;
        long tokens = 0;
        for (int c = 0; c < times.length; c++) {
            nats += times[c] * losses.get(c).nats();
            tokens += (long) times[c] * losses.get(c).tokens();
        }
        return nats / tokens;
    }

    /** These and others of the same conversations. */
    public MaskedLosses and(MaskedLosses others) {
        Map<String, HeldOut> all = new LinkedHashMap<>(of);
        all.putAll(others.of);
        return new MaskedLosses(all);
    }

    /**
     * What is asked.
     *
     * @param on the model and its change
     * @param layers of the model
     * @param examples conversations
     * @param tokens of all that are read side by side; a longer one is read alone
     */
    public record Asked(Masked on, int layers, List<Example> examples, int tokens) {
        /** Takes a copy. */
        public Asked {
            examples = List.copyOf(examples);
            Require.atLeast(1, examples.size(), "number of conversations");
        }
    }

    /**
     * Measures, a few conversations at a time, each kept as soon as it is there; what the file has
     * already is not measured again.
     *
     * @param subsets sets of layers in groups: the blocks below the first in which a set differs
     *     from the first of its group are computed once for both
     * @param file CSV: {@code conversation, tokens}, then nats by set
     * @param done is told how many losses of one conversation with one set are there, a longer
     *     conversation's counting for more as it takes longer: at the end, all
     * @throws IllegalArgumentException if the file is of other sets or conversations
     */
    public static MaskedLosses measure(
            Asked asked, List<List<Subset>> subsets, Path file, IntConsumer done) {
        List<String> names = subsets.stream().flatMap(List::stream).map(Subset::name).toList();
        Map<Integer, List<HeldOut.Loss>> rows = read(file, names, asked.examples());
        Work work = new Work(asked.examples(), names.size(), done);
        work.tell(rows.keySet(), List.of(), 0);
        for (List<Integer> places : Batches.together(asked.examples(), asked.tokens())) {
            List<Integer> left = places.stream().filter(p -> !rows.containsKey(p)).toList();
            if (left.isEmpty()) {
                continue;
            }
            Batch batch = Batch.of(left.stream().map(asked.examples()::get).toList());
            int most = Math.max(1, AT_ONCE / (batch.rows() * batch.length()));
            Map<Integer, List<HeldOut.Loss>> some = new TreeMap<>();
            for (List<Subset> group : subsets) {
                for (int from = 0; from < group.size(); from += most) {
                    List<Subset> part = group.subList(from, Math.min(group.size(), from + most));
                    add(asked, batch, left, group.get(0), part, some);
                    int sets = some.get(left.get(0)).size();
                    if (sets < names.size()) {
                        work.tell(rows.keySet(), left, sets);
                    }
                }
            }
            rows.putAll(some);
            write(file, names, rows);
            work.tell(rows.keySet(), List.of(), 0);
        }
        Map<String, HeldOut> all = new LinkedHashMap<>();
        for (int s = 0; s < names.size(); s++) {
            int set = s;
            all.put(
                    names.get(s),
                    new HeldOut(rows.values().stream().map(r -> r.get(set)).toList()));
        }
        return new MaskedLosses(all);
    }

    /** How far it is: the longest conversations come first. */
    private record Work(List<Example> examples, int sets, IntConsumer done) {
        /**
         * Tells.
         *
         * @param there conversations that are done
         * @param now those that are being read
         * @param with how many sets these are
         */
        void tell(Collection<Integer> there, Collection<Integer> now, int with) {
            double share = tokens(there) + tokens(now) * with / sets;
            double all = examples.stream().mapToInt(Example::length).sum();
            done.accept((int) Math.round(share / all * examples.size() * sets));
        }

        private double tokens(Collection<Integer> places) {
            return places.stream().mapToInt(p -> examples.get(p).length()).sum();
        }
    }

    /** Adds what conversations lose with each set. */
    private static void add(
            Asked asked,
            Batch batch,
            List<Integer> places,
            Subset first,
            List<Subset> sets,
            Map<Integer, List<HeldOut.Loss>> to) {
        List<float[]> masks = sets.stream().map(s -> s.gamma(asked.layers())).toList();
        float[][] losses = asked.on().losses(batch, first.gamma(asked.layers()), masks);
        for (int s = 0; s < losses.length; s++) {
            int at = 0;
            for (int place : places) {
                int count = asked.examples().get(place).supervisedTokens();
                to.computeIfAbsent(place, p -> new ArrayList<>())
                        .add(HeldOut.Loss.of(losses[s], at, count));
                at += count;
            }
        }
    }

    private static void write(
            Path file, List<String> names, Map<Integer, List<HeldOut.Loss>> rows) {
        StringBuilder csv = new StringBuilder(String.join(",", FIRST));
        names.forEach(n -> csv.append(',').append(n));
        csv.append('\n');
        rows.forEach(
                (place, losses) -> {
                    csv.append(place + 1).append(',').append(losses.get(0).tokens());
                    losses.forEach(l -> csv.append(',').append(l.nats()));
                    csv.append('\n');
                });
        AtomicFiles.write(file, csv.toString());
    }

    private static Map<Integer, List<HeldOut.Loss>> read(
            Path file, List<String> names, List<Example> examples) {
        Map<Integer, List<HeldOut.Loss>> rows = new TreeMap<>();
        if (!Files.exists(file)) {
            return rows;
        }
        List<List<String>> lines = Records.rows(file);
        List<String> header = new ArrayList<>(FIRST);
        header.addAll(names);
        boolean same = lines.get(0).equals(header);
        for (List<String> line : lines.subList(1, lines.size())) {
            int place = Integer.parseInt(line.get(0)) - 1;
            int tokens = Integer.parseInt(line.get(1));
            same &= place < examples.size() && examples.get(place).supervisedTokens() == tokens;
            rows.put(
                    place,
                    line.stream()
                            .skip(FIRST.size())
                            .map(nats -> new HeldOut.Loss(Double.parseDouble(nats), tokens))
                            .toList());
        }
        Require.that(
                same,
                file,
                "losses",
                "of the same layers and conversations as those asked for; name another --out");
        return rows;
    }
}

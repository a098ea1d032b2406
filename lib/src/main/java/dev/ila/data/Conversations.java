package dev.ila.data;

import com.google.gson.JsonElement;
import dev.ila.run.Require;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Reads conversations from files: a JSON array or JSON lines, UTF-8 with or without a byte order
 * mark, in one of the {@linkplain Format formats}.
 *
 * <p>Nothing is dropped in silence: records = conversations + {@code skipped}. A record is skipped
 * when a text is missing or blank, when it has no assistant turn, and when tools take part, since
 * their calls are written in ways that differ from model to model.
 */
public final class Conversations {
    /** Records without any known key that are tolerated before the file is given up. */
    private static final int UNKNOWN_RECORDS = 20;

    private final Path file;
    private final String name;
    private final Map<String, Integer> skipped;
    private final List<Conversation> found = new ArrayList<>();
    private final List<JsonElement> undecided = new ArrayList<>();
    private Optional<Format> format;
    private int records;

    private Conversations(Path file, Optional<Format> format, Map<String, Integer> skipped) {
        this.file = file;
        this.name = String.valueOf(file.getFileName());
        this.format = format;
        this.skipped = skipped;
    }

    /**
     * Reads one file.
     *
     * @param file a JSON array or JSON lines
     * @param format how records are written; detected from the first records' keys if not given
     * @throws java.io.UncheckedIOException where the file cannot be read or is not JSON, with file,
     *     line and record
     * @throws IllegalArgumentException where no format fits
     */
    public static Loaded read(Path file, Optional<Format> format) {
        return read(List.of(file), format);
    }

    /** Reads several files, in order, each as {@link #read(Path, Optional)} does. */
    public static Loaded read(List<Path> files, Optional<Format> format) {
        List<Conversation> all = new ArrayList<>();
        List<Source> sources = new ArrayList<>();
        Map<String, Integer> skipped = new TreeMap<>();
        for (Path file : files) {
            Conversations reading = new Conversations(file, format, skipped);
            String sha256 = JsonRecords.read(file, reading::add);
            Format used = reading.format.orElseThrow(reading::unknown);
            sources.add(new Source(reading.name, used, reading.records, sha256));
            all.addAll(reading.found);
        }
        return new Loaded(all, skipped, sources);
    }

    private void add(JsonElement element, int number) {
        records = number;
        if (format.isPresent()) {
            convert(element, number);
            return;
        }
        undecided.add(element);
        format = Format.detect(element);
        if (format.isPresent()) {
            for (int i = 0; i < undecided.size(); i++) {
                convert(undecided.get(i), i + 1);
            }
        } else if (undecided.size() == UNKNOWN_RECORDS) {
            throw unknown();
        }
    }

    private void convert(JsonElement element, int number) {
        try {
            found.add(new Conversation(format.orElseThrow().turns(element), name + ":" + number));
        } catch (Unusable e) {
            skipped.merge(e.getMessage(), 1, Integer::sum);
        }
    }

    private IllegalArgumentException unknown() {
        String what =
                undecided.stream()
                        .filter(JsonElement::isJsonObject)
                        .findFirst()
                        .map(r -> "records with " + String.join(", ", r.getAsJsonObject().keySet()))
                        .orElse("without an object");
        return new IllegalArgumentException(
                file + " must be in a known format (" + Format.names() + "), but is: " + what);
    }

    /**
     * What was read.
     *
     * @param conversations the usable records, in the order of the files
     * @param skipped how many records were not usable, by reason
     * @param sources the files
     */
    public record Loaded(
            List<Conversation> conversations, Map<String, Integer> skipped, List<Source> sources) {
        /** Takes copies. */
        public Loaded {
            conversations = List.copyOf(conversations);
            skipped = Collections.unmodifiableMap(new TreeMap<>(skipped));
            sources = List.copyOf(sources);
        }

        /**
         * The same conversations, each with the last answer of another, drawn by chance: a control
         * in which answers are as good as ever and have nothing to do with what was asked.
         *
         * @param seed the same seed gives the same
         */
        public Loaded withShuffledAnswers(long seed) {
            int n = conversations.size();
            Require.atLeast(2, n, "number of conversations whose answers are shuffled");
            List<Integer> order = Shuffle.of(n, new SplittableRandom(seed));
            Conversation[] out = new Conversation[n];
            for (int i = 0; i < n; i++) {
                // Each takes the next one's in a random ring: none keeps its own.
                Turn answer = conversations.get(order.get((i + 1) % n)).lastAnswer();
                out[order.get(i)] = conversations.get(order.get(i)).withLastAnswer(answer);
            }
            return new Loaded(List.of(out), skipped, sources);
        }

        /** The first {@code most} conversations; the others are counted, and never tokenized. */
        public Loaded limit(int most) {
            Require.atLeast(1, most, "limit");
            int beyond = conversations.size() - most;
            if (beyond <= 0) {
                return this;
            }
            Map<String, Integer> counts = new TreeMap<>(skipped);
            counts.merge("beyond the limit of " + most, beyond, Integer::sum);
            return new Loaded(conversations.subList(0, most), counts, sources);
        }
    }

    /**
     * One file that was read.
     *
     * @param file its name without the folder
     * @param format how its records are written
     * @param records how many it has, unusable ones included
     * @param sha256 of its bytes, in hexadecimal
     */
    public record Source(String file, Format format, int records, String sha256) {}
}

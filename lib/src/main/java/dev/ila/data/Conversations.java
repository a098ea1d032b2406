package dev.ila.data;

import com.google.gson.JsonElement;
import dev.ila.run.Require;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Reads conversations from files in one of the {@linkplain Format formats}: a JSON array or JSON
 * lines, CSV or TSV with a header, all UTF-8 with or without a byte order mark and with or without
 * gzip ({@code .gz}), or Parquet.
 *
 * <p>Nothing is dropped in silence: records = conversations + {@code skipped}. A record is skipped
 * when a text is missing or blank, when it has no assistant turn, and when tools take part, since
 * their calls are written in ways that differ from model to model.
 */
public final class Conversations {
    /** Records without any known key that are tolerated before the file is given up. */
    private static final int UNKNOWN_RECORDS = 20;

    /** Characters of a name that a message shows: a table's first row may be no header. */
    private static final int SHOWN = 40;

    private final Path file;
    private final String name;
    private final Columns columns;
    private final Consumer<Conversation> sink;
    private final LeftOut leftOut;
    private final List<JsonElement> undecided = new ArrayList<>();
    private Optional<Format> format;
    private int records;

    /** The file's name, with that of its folder if another file has it, or with a number. */
    private static String unique(Path file, Set<String> taken) {
        String name = String.valueOf(file.getFileName());
        Path folder = file.toAbsolutePath().getParent();
        if (taken.contains(name) && folder != null && folder.getFileName() != null) {
            name = folder.getFileName() + "/" + name;
        }
        String free = name;
        for (int n = 2; !taken.add(free); n++) {
            free = name + " (" + n + ")";
        }
        return free;
    }

    private Conversations(
            Path file, String name, Reading how, Consumer<Conversation> sink, LeftOut leftOut) {
        this.file = file;
        this.name = name;
        this.format = how.format();
        this.columns = new Columns(how.columns());
        this.sink = sink;
        this.leftOut = leftOut;
    }

    /**
     * How records are read.
     *
     * @param format how they are written; detected from the first records' keys if not given
     * @param columns names that a format knows, and the columns that stand for them, several with
     *     {@code +} between; empty: all as they are named
     * @param limit how many usable conversations to take, 0 for all; the others are counted
     */
    public record Reading(Optional<Format> format, Map<String, String> columns, int limit) {
        /** Takes a copy. */
        public Reading {
            Require.atLeast(0, limit, "limit");
            columns = Collections.unmodifiableMap(new TreeMap<>(columns));
        }

        /** All records, columns as they are named, in a format that is given or detected. */
        public static Reading of(Optional<Format> format) {
            return new Reading(format, Map.of(), 0);
        }
    }

    /**
     * Reads one file.
     *
     * @param format how records are written; detected from the first records' keys if not given
     * @throws java.io.UncheckedIOException where the file cannot be read or is broken, with file,
     *     line and record
     * @throws IllegalArgumentException where no format fits
     */
    public static Loaded read(Path file, Optional<Format> format) {
        return read(List.of(file), Reading.of(format));
    }

    /** Reads several files, in order, each as {@link #read(Path, Optional)} does. */
    public static Loaded read(List<Path> files, Reading how) {
        List<Conversation> all = new ArrayList<>();
        LeftOut leftOut = new LeftOut();
        List<Source> sources = stream(files, how, all::add, leftOut);
        return new Loaded(all, leftOut.counts(), sources);
    }

    /**
     * Reads several files, in order, and keeps nothing of them.
     *
     * @param sink takes the conversations; what it finds {@link Unusable} is left out
     * @param leftOut counts what is left out
     */
    static List<Source> stream(
            List<Path> files, Reading how, Consumer<Conversation> sink, LeftOut leftOut) {
        int[] taken = {0};
        Consumer<Conversation> limited =
                conversation -> {
                    if (how.limit() > 0 && taken[0] == how.limit()) {
                        throw new Unusable("beyond the limit of " + how.limit());
                    }
                    taken[0]++;
                    sink.accept(conversation);
                };
        List<Source> sources = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Path file : files) {
            Conversations reading =
                    new Conversations(file, unique(file, names), how, limited, leftOut);
            String sha256 = Records.read(file, reading::add);
            Format used = reading.format.orElseThrow(reading::unknown);
            sources.add(new Source(reading.name, used, reading.records, sha256));
        }
        return sources;
    }

    private void add(JsonElement written, int number) {
        JsonElement element = columns.apply(written, number == 1);
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
            undecided.clear();
        } else if (undecided.size() == UNKNOWN_RECORDS) {
            throw unknown();
        }
    }

    private void convert(JsonElement element, int number) {
        String place = name + ":" + number;
        for (JsonElement single : format.orElseThrow().single(element)) {
            records++;
            leftOut.unless(
                    place, () -> sink.accept(format.orElseThrow().conversation(single, place)));
        }
    }

    private IllegalArgumentException unknown() {
        String what =
                undecided.stream()
                        .filter(JsonElement::isJsonObject)
                        .findFirst()
                        .map(r -> Format.whyUnknown(r.getAsJsonObject()) + shown(r))
                        .orElse(undecided.isEmpty() ? "without a record" : "without an object");
        return new IllegalArgumentException(
                "%s must be in a known format (%s), but is: %s"
                        .formatted(file, Format.names(), what));
    }

    private static String shown(JsonElement record) {
        return record.getAsJsonObject().keySet().stream()
                .map(k -> k.length() > SHOWN ? k.substring(0, SHOWN) + "…" : k)
                .collect(Collectors.joining(", "));
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
    }

    /**
     * One file that was read.
     *
     * @param file its name without the folder, which stands before it if two have the same
     * @param format how its records are written
     * @param records how many it has, unusable ones included, each of one record's {@code
     *     instances} for itself
     * @param sha256 of its bytes, in hexadecimal
     */
    public record Source(String file, Format format, int records, String sha256) {}
}

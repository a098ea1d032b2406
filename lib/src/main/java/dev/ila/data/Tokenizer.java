package dev.ila.data;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.ila.run.Require;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * A model's own tokenizer, from its {@code tokenizer.json} and {@code tokenizer_config.json}: text
 * to ids with places, and back. It cuts nothing off, pads nothing, and adds no token of its own,
 * since the chat template writes them all.
 *
 * <p>Holds native memory until it is closed. Loading opens no network connection.
 */
public final class Tokenizer implements AutoCloseable {
    private static final Map<String, String> OPTIONS =
            Map.of("addSpecialTokens", "false", "padding", "false", "truncation", "false");

    private final Path model;
    private final HuggingFaceTokenizer handle;
    private final Vocabulary vocabulary;
    private final TokenizerConfig config;

    private Tokenizer(
            Path model,
            HuggingFaceTokenizer handle,
            Vocabulary vocabulary,
            TokenizerConfig config) {
        this.model = model;
        this.handle = handle;
        this.vocabulary = vocabulary;
        this.config = config;
    }

    /**
     * Loads the tokenizer of a model.
     *
     * @param model a directory in Hugging Face's layout
     * @throws UncheckedIOException where {@code tokenizer.json} is missing or is no tokenizer
     */
    public static Tokenizer load(Path model) {
        stayOffline();
        Path file = model.resolve("tokenizer.json");
        JsonObject json = TokenizerConfig.object(file);
        TokenizerConfig config = TokenizerConfig.load(model);
        try {
            Vocabulary vocabulary = Vocabulary.of(json);
            Vocabulary.untrim(json);
            byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
            return new Tokenizer(
                    model,
                    HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(bytes), OPTIONS),
                    vocabulary,
                    config);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " must be a tokenizer, but is: " + e, e);
        } catch (RuntimeException e) {
            throw new UncheckedIOException(
                    file + " must be a tokenizer, but is: " + firstLine(e), new IOException(e));
        }
    }

    /** Ids of a text and their places; texts of special tokens in it become those tokens. */
    public Encoded encode(String text) {
        if (text.codePoints().anyMatch(RecordTurns::isHalfAPair)) {
            throw new IllegalArgumentException(
                    "text must be Unicode, but is: with half of a surrogate pair");
        }
        Encoding encoding = handle.encode(text, false, false);
        int[] ids = Arrays.stream(encoding.getIds()).mapToInt(Math::toIntExact).toArray();
        CharSpan[] spans = encoding.getCharTokenSpans();
        int[] index = codePointIndex(text);
        int[] starts = new int[ids.length];
        int[] ends = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            int before = i == 0 ? 0 : ends[i - 1];
            starts[i] = spans[i] == null ? before : index[spans[i].getStart()];
            ends[i] = spans[i] == null ? before : index[spans[i].getEnd()];
        }
        return new Encoded(ids, starts, ends);
    }

    /**
     * Ids of a text that no chat template wrote: as {@link #encode}, but first the begin token
     * where the model's tokenizer puts one by itself.
     */
    public int[] encodePlain(String text) {
        int[] ids = encode(text).ids();
        if (!opensWithBegin()) {
            return ids;
        }
        int begin = id(begin().orElseThrow()).orElseThrow();
        return ids.length > 0 && ids[0] == begin
                ? ids
                : IntStream.concat(IntStream.of(begin), Arrays.stream(ids)).toArray();
    }

    /** The text of ids, special tokens included. */
    public String decode(int... ids) {
        return handle.decode(Arrays.stream(ids).asLongStream().toArray(), false);
    }

    /** One more than the highest token id. */
    public int vocabularySize() {
        return vocabulary.size();
    }

    /** Returns this tokenizer if a model's embedding with that many rows has one for each token. */
    public Tokenizer fitting(int embeddingRows) {
        Require.that(
                vocabularySize() <= embeddingRows,
                vocabularySize() + ", so tokenizer and model do not belong together",
                "number of tokens in " + model.resolve("tokenizer.json"),
                embeddingRows + " or fewer, the rows of the model's embedding");
        return this;
    }

    /** The id of a token by its text. */
    public OptionalInt id(String token) {
        return vocabulary.id(token);
    }

    /** Whether an id is a special token's: one that marks, as an end, and is no text. */
    public boolean isSpecial(int id) {
        return vocabulary.isSpecial(id) || isEnd(id);
    }

    /** Whether an id is the end token. */
    public boolean isEnd(int id) {
        return end().isPresent() && id(end().get()).equals(OptionalInt.of(id));
    }

    /**
     * Ids of the tokens that end an answer: the end token, and those of {@code
     * generation_config.json}.
     *
     * @throws IllegalArgumentException if the model has none
     */
    public Set<Integer> ends() {
        Set<Integer> ends = new TreeSet<>();
        end().ifPresent(e -> id(e).ifPresent(ends::add));
        Path file = model.resolve("generation_config.json");
        JsonElement more =
                Files.exists(file) ? TokenizerConfig.object(file).get("eos_token_id") : null;
        if (more != null && more.isJsonArray()) {
            more.getAsJsonArray().forEach(e -> ends.add(e.getAsInt()));
        } else if (more != null && more.isJsonPrimitive()) {
            ends.add(more.getAsInt());
        }
        Require.that(!ends.isEmpty(), "neither", "eos_token of " + model, "there, or eos_token_id");
        return ends;
    }

    /** The text of the token that begins a text, where the model has one. */
    public Optional<String> begin() {
        return Optional.ofNullable(config.tokens().get("bos_token"));
    }

    /** The text of the token that ends a text, where the model has one. */
    public Optional<String> end() {
        return Optional.ofNullable(config.tokens().get("eos_token"));
    }

    /** The text of the token that pads, where the model has one; often the same as the end. */
    public Optional<String> pad() {
        return Optional.ofNullable(config.tokens().get("pad_token"));
    }

    /** Whether the model expects the begin token first, as its tokenizer puts it by itself. */
    boolean opensWithBegin() {
        long[] ids = handle.encode("a", true, false).getIds();
        return begin().isPresent() && id(begin().get()).equals(OptionalInt.of((int) ids[0]));
    }

    TokenizerConfig config() {
        return config;
    }

    /** The directory it was loaded from, for messages. */
    Path model() {
        return model;
    }

    /** Frees the native memory; nothing can be encoded after. */
    @Override
    public void close() {
        handle.close();
    }

    /** DJL reports its start and fetches a CUDA build unless told not to before its first use. */
    private static void stayOffline() {
        Map.of("OPT_OUT_TRACKING", "true", "RUST_FLAVOR", "cpu")
                .forEach(
                        (key, value) -> {
                            if (System.getProperty(key) == null && System.getenv(key) == null) {
                                System.setProperty(key, value);
                            }
                        });
    }

    /** Where each code point begins in the string, and the string's end: natives count so. */
    private static int[] codePointIndex(String text) {
        int[] index = new int[text.codePointCount(0, text.length()) + 1];
        int at = 0;
        for (int i = 0; i < index.length - 1; i++) {
            index[i] = at;
            at += Character.charCount(text.codePointAt(at));
        }
        index[index.length - 1] = at;
        return index;
    }

    private static String firstLine(RuntimeException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}

package dev.ila.hub;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.ila.run.Failure;
import dev.ila.run.Require;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Which of a repository's files a model needs: its configuration, its tokenizer, and its weights as
 * safetensors, chosen as transformers does. No file that runs code when it is read, as Python's
 * pickles do.
 */
final class ModelFiles {
    static final String CONFIG = "config.json";
    static final String WHOLE = "model.safetensors";
    static final String INDEX = WHOLE + ".index.json";

    private static final Set<String> SMALL =
            Set.of(
                    CONFIG,
                    "generation_config.json",
                    "tokenizer.json",
                    "tokenizer_config.json",
                    "special_tokens_map.json",
                    "chat_template.jinja",
                    "chat_template.json");

    private static final Pattern WEIGHTS =
            Pattern.compile(".*\\.(bin|ckpt|gguf|h5|msgpack|onnx|pkl|pt|pth|safetensors)");

    private ModelFiles() {}

    /**
     * The files to fetch first: all, or all but the shards that {@link #INDEX} among them names.
     *
     * @throws IllegalArgumentException if the repository has no configuration or no weights that
     *     can be read
     */
    static List<String> of(HubSnapshot snapshot) {
        List<String> names = snapshot.files().stream().map(HubFile::path).toList();
        String weights = names.contains(WHOLE) ? WHOLE : INDEX;
        if (!names.contains(weights)) {
            List<String> others = names.stream().filter(n -> WEIGHTS.matcher(n).matches()).toList();
            throw new IllegalArgumentException(
                    "model must have %s, or %s with its shards, but is: %s, which has %s"
                                    .formatted(WHOLE, INDEX, snapshot.id(), some(others))
                            + "; other formats are not read: look for a conversion to safetensors"
                            + " among its revisions, or make one");
        }
        Require.that(
                names.contains(CONFIG),
                snapshot.id() + ", which has none",
                "model",
                "one with a " + CONFIG);
        List<String> files = new ArrayList<>(names.stream().filter(SMALL::contains).toList());
        files.add(weights);
        return files;
    }

    /** Whether {@link #of} finds what it needs. */
    static boolean enough(HubSnapshot snapshot) {
        List<String> names = snapshot.files().stream().map(HubFile::path).toList();
        return names.contains(CONFIG) && (names.contains(WHOLE) || names.contains(INDEX));
    }

    private static String some(List<String> names) {
        if (names.isEmpty()) {
            return "no weights";
        }
        String first = String.join(", ", names.subList(0, Math.min(3, names.size())));
        return names.size() > 3 ? first + " and %d more".formatted(names.size() - 3) : first;
    }

    /**
     * The shards that an index names.
     *
     * @throws UncheckedIOException if it is no index of files beside it
     */
    static Set<String> shards(Path index) {
        try {
            Set<String> shards = new TreeSet<>();
            JsonObject all = JsonParser.parseString(Files.readString(index)).getAsJsonObject();
            for (Map.Entry<String, JsonElement> e : all.getAsJsonObject("weight_map").entrySet()) {
                String shard = e.getValue().getAsString();
                if (!shard.matches("[^/\\\\]+\\.safetensors")) {
                    throw new JsonParseException(shard + " is no safetensors file beside it");
                }
                shards.add(shard);
            }
            return shards;
        } catch (IOException e) {
            throw unreadable(index, Failure.reason(e), e);
        } catch (IllegalStateException | NullPointerException | ClassCastException e) {
            throw unreadable(index, "it has no weight_map", e);
        } catch (JsonParseException e) {
            throw unreadable(index, e.getMessage(), e);
        }
    }

    private static UncheckedIOException unreadable(Path file, String reason, Exception e) {
        String line = reason.lines().findFirst().orElse("");
        return new UncheckedIOException(
                "%s could not be read: %s".formatted(file, line), new IOException(e));
    }
}

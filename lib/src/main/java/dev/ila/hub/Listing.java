package dev.ila.hub;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.ila.run.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Lists of a repository's files as JSON: as the hub answers and as the cache keeps them. */
final class Listing {
    private static final int VERSION = 1;

    private Listing() {}

    /**
     * The hub's answer about a repository: its commit and files, with size and hash where it says.
     *
     * @throws JsonParseException if it is something else
     */
    static HubSnapshot answered(HubId id, String text) {
        try {
            JsonObject answer = JsonParser.parseString(text).getAsJsonObject();
            List<HubFile> files = new ArrayList<>();
            for (JsonElement e : answer.getAsJsonArray("siblings")) {
                JsonObject file = e.getAsJsonObject();
                Optional<JsonObject> large = inner(file, "lfs");
                files.add(
                        new HubFile(
                                file.get("rfilename").getAsString(),
                                number(large.orElse(file), "size"),
                                large.isPresent()
                                        ? text(large.get(), "sha256")
                                        : text(file, "blobId")));
            }
            return new HubSnapshot(id, answer.get("sha").getAsString(), files, true);
        } catch (IllegalStateException | NullPointerException | ClassCastException e) {
            throw new JsonParseException("the answer has no sha and siblings", e);
        }
    }

    /** The list in the cache; empty if it is of another format or damaged. */
    static Optional<List<HubFile>> cached(String text) {
        try {
            JsonObject list = JsonParser.parseString(text).getAsJsonObject();
            if (list.get("format_version").getAsInt() != VERSION) {
                return Optional.empty();
            }
            List<HubFile> files = new ArrayList<>();
            for (Map.Entry<String, JsonElement> e : list.getAsJsonObject("files").entrySet()) {
                JsonObject file = e.getValue().getAsJsonObject();
                boolean large = file.has("lfs_sha256");
                files.add(
                        new HubFile(
                                e.getKey(),
                                number(file, large ? "lfs_size" : "size"),
                                text(file, large ? "lfs_sha256" : "blob_id")));
            }
            return Optional.of(files);
        } catch (RuntimeException e) {
            // Python as well asks the hub again then.
            return Optional.empty();
        }
    }

    /** What {@link #cached} reads, in the format of {@code huggingface_hub}. */
    static String text(List<HubFile> files) {
        Map<String, JsonObject> entries = new TreeMap<>();
        for (HubFile f : files) {
            JsonObject file = new JsonObject();
            boolean large = f.hash().filter(h -> h.length() == 64).isPresent();
            f.bytes().ifPresent(n -> file.addProperty(large ? "lfs_size" : "size", n));
            f.hash().ifPresent(h -> file.addProperty(large ? "lfs_sha256" : "blob_id", h));
            entries.put(f.path(), file);
        }
        return Json.text(new Entries(VERSION, entries));
    }

    private static Optional<JsonObject> inner(JsonObject object, String name) {
        return Optional.ofNullable(object.get(name))
                .filter(JsonElement::isJsonObject)
                .map(JsonElement::getAsJsonObject);
    }

    private static Optional<String> text(JsonObject object, String name) {
        return Optional.ofNullable(object.get(name))
                .filter(JsonElement::isJsonPrimitive)
                .map(JsonElement::getAsString);
    }

    private static OptionalLong number(JsonObject object, String name) {
        return text(object, name)
                .filter(t -> t.matches("\\d{1,18}"))
                .map(t -> OptionalLong.of(Long.parseLong(t)))
                .orElse(OptionalLong.empty());
    }

    private record Entries(int format_version, Map<String, JsonObject> files) {}
}

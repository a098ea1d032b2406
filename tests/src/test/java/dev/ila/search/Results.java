package dev.ila.search;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code result.json} as a reader without the library sees it. */
final class Results {
    private Results() {}

    static JsonObject read(Path run) throws Exception {
        String text = Files.readString(run.resolve("result.json"));
        return JsonParser.parseString(text).getAsJsonObject();
    }

    /** All that equal runs share: everything but the host. */
    static JsonObject repeatable(Path run) throws Exception {
        JsonObject result = read(run);
        result.getAsJsonObject("provenance").remove("host");
        return result;
    }
}

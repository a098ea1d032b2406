package dev.ila.notebooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** JupyterLab in a browser shows what the first notebook promises. */
@Tag("slow")
class BrowserTest {
    private static final Path TARGET = Lab.ROOT.resolve("tests/target");

    @Test
    void theQuickTourRunsAndShowsItsTablesAndCharts() throws Exception {
        Path packages = TARGET.resolve("browser");
        Lab.Said installed =
                Lab.run(
                        Map.of(),
                        List.of(
                                "python",
                                "-m",
                                "pip",
                                "install",
                                "--quiet",
                                "--upgrade",
                                "--disable-pip-version-check",
                                "--target",
                                packages.toString(),
                                "-r",
                                "tests/fixtures/browser.txt"));
        assertEquals(0, installed.code(), installed.text());
        Path picture = TARGET.resolve("jupyterlab.png");
        Files.deleteIfExists(picture);
        Lab.Said said =
                Lab.run(
                        Map.of("PYTHONPATH", packages.toString()),
                        List.of("python", "tests/fixtures/browser.py", picture.toString()));
        assertEquals(0, said.code(), said.text());
        String last = said.text().lines().reduce((a, b) -> b).orElseThrow();
        JsonObject seen = JsonParser.parseString(last).getAsJsonObject();
        assertEquals(List.of(), texts(seen, "errors"), last);
        assertEquals(5, texts(seen, "checks").size(), () -> last + log(picture));
        assertEquals(
                List.of("Least important", "Linear layers", "Most important"),
                texts(seen, "tables"));
        assertEquals(3, texts(seen, "images").size(), "three charts: " + last);
        assertTrue(Files.size(picture) > 50_000, "the page must not be empty: " + picture);
    }

    private static String log(Path picture) {
        try {
            return "\n" + Files.readString(Path.of(picture + ".log"));
        } catch (IOException e) {
            return "\nno log of the server: " + e;
        }
    }

    private static List<String> texts(JsonObject seen, String name) {
        JsonArray array = seen.getAsJsonArray(name);
        List<String> out = new ArrayList<>();
        array.forEach(x -> out.add(x.getAsString()));
        return out;
    }
}

package dev.ila.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.GsonBuilder;
import com.google.gson.ToNumberPolicy;
import dev.ila.search.Python;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small templates, rendered by transformers and by us. */
@Tag("python")
class JinjaPythonTest {
    @TempDir Path folder;

    @Test
    void everyPieceIsRenderedAsTransformersDoesOrRefused() throws Exception {
        Path file = folder.resolve("pieces.json");
        Python.run("tests/fixtures/templates.py", "pieces", file);
        Pieces pieces =
                new GsonBuilder()
                        .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
                        .create()
                        .fromJson(Files.readString(file), Pieces.class);
        Map<String, Object> variables = new LinkedHashMap<>(map(pieces.variables()));
        variables.put(
                "raise_exception",
                (Jinja.Function)
                        (given, named) -> {
                            throw new IllegalStateException("" + given.get(0));
                        });
        variables.put("strftime_now", (Jinja.Function) (given, named) -> "now");
        List<String> different = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        for (Piece piece : pieces.templates()) {
            try {
                String ours = new Jinja(piece.source()).render(variables);
                if (!ours.equals(piece.text()) && !piece.source().contains("strftime_now")) {
                    different.add(piece + " but is: " + ours);
                }
            } catch (JinjaFault e) {
                if (piece.text() != null) {
                    refused.add(piece.source() + " " + e.getMessage());
                } else if (piece.refused() != null) {
                    different.add(piece + " but is: " + e.getMessage());
                }
            } catch (IllegalStateException e) {
                assertEquals(piece.refused(), e.getMessage());
            }
        }
        assertEquals(List.of(), different);
        assertEquals("33 of 423", refused.size() + " of " + pieces.templates().size());
    }

    private static Object value(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map(map);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(JinjaPythonTest::value).toList();
        }
        return value == null ? Jinja.NONE : value;
    }

    private static Map<String, Object> map(Map<?, ?> map) {
        Map<String, Object> out = new LinkedHashMap<>();
        map.forEach((key, value) -> out.put((String) key, value(value)));
        return out;
    }

    private record Pieces(Map<String, Object> variables, List<Piece> templates) {}

    private record Piece(String source, String text, String refused, String fault) {}
}

package dev.ila.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.Gson;
import dev.ila.search.Python;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chat templates of many models, written by transformers and by us; docs/templates.md has them. */
@Tag("python")
class TemplatesPythonTest {
    @TempDir Path folder;

    @Test
    void everyTemplateWritesWhatTransformersWrites() throws Exception {
        Path file = folder.resolve("rendered.json");
        Python.run("tests/fixtures/templates.py", "render", file);
        Rendered rendered = new Gson().fromJson(Files.readString(file), Rendered.class);
        assertEquals(25, rendered.conversations().size());
        Map<String, Integer> equal = new TreeMap<>();
        List<String> different = new ArrayList<>();
        for (Template template : rendered.templates()) {
            List<String> faults = different(template, rendered);
            different.addAll(faults);
            String collection = template.name().substring(0, template.name().indexOf('/'));
            equal.merge(collection, faults.isEmpty() ? 1 : 0, Integer::sum);
        }
        assertEquals(List.of(), different);
        assertEquals(Map.of("axolotl", 36, "trl", 72), equal);
    }

    private List<String> different(Template template, Rendered rendered) throws Exception {
        Map<String, String> config = new TreeMap<>(rendered.tokens());
        config.put("chat_template", template.source());
        Path model = Files.createDirectories(folder.resolve(template.name()));
        List<String> different = new ArrayList<>();
        try (Tokenizer tokenizer = Tokenizer.load(Tiny.model(model, new Gson().toJson(config)))) {
            ChatTemplate ours = ChatTemplate.of(tokenizer);
            for (int i = 0; i < rendered.conversations().size(); i++) {
                List<Turn> turns = rendered.conversations().get(i);
                for (boolean prompt : new boolean[] {false, true}) {
                    Outcome wanted = (prompt ? template.prompts() : template.texts()).get(i);
                    Outcome found = outcome(ours, turns, prompt);
                    boolean same = wanted.fault() == null ? wanted.equals(found) : found.failed();
                    if (!same) {
                        different.add(template.name() + " " + i + ": " + wanted + " but " + found);
                    }
                }
            }
        }
        return different;
    }

    private static Outcome outcome(ChatTemplate ours, List<Turn> turns, boolean prompt) {
        try {
            return new Outcome(ours.render(turns, prompt), null, null);
        } catch (Unusable e) {
            String why = e.getMessage().replaceFirst("^refused by the chat template \\(", "");
            return new Outcome(null, why.substring(0, why.length() - 1), null);
        } catch (IllegalArgumentException e) {
            return new Outcome(null, null, e.getMessage());
        }
    }

    private record Rendered(
            Map<String, String> tokens, List<List<Turn>> conversations, List<Template> templates) {}

    private record Template(
            String name, String source, List<Outcome> texts, List<Outcome> prompts) {}

    /** A text, the template's own refusal, or a fault of the template's. */
    private record Outcome(String text, String refused, String fault) {
        boolean failed() {
            return fault != null;
        }
    }
}

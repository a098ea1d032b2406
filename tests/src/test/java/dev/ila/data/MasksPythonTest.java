package dev.ila.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.Gson;
import dev.ila.search.Python;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What we supervise of a template without tags, and what TRL does by the tags of its own. Two
 * things differ by intent: TRL supervises blanks that the template writes after a turn's end token,
 * and with some templates what the generation prompt says already. The model needs to say neither.
 */
@Tag("python")
class MasksPythonTest {
    /**
     * Where more differs. Transformers finds a block's end by the first token of its last
     * character, and loses the character's other tokens. A template that brings a later system turn
     * to the front writes no beginning that could be compared, so that the content alone is
     * supervised.
     */
    private static final List<String> OTHERWISE =
            List.of(
                    "trl/diffusion_gemma_training 6",
                    "trl/diffusion_gemma_training 14",
                    "trl/muse_glimmer_training 23");

    @TempDir Path folder;

    @Test
    void whatTrlSupervisesWeDoToo() throws Exception {
        Path tiny = Path.of(Tiny.class.getResource("tiny/tokenizer.json").toURI()).getParent();
        Python.run("tests/fixtures/templates.py", "masks", tiny, folder);
        Masks masks =
                new Gson().fromJson(Files.readString(folder.resolve("masks.json")), Masks.class);
        Map<Likeness, Integer> counts = new TreeMap<>();
        List<String> otherwise = new ArrayList<>();
        for (Template template : masks.templates()) {
            Likeness worst = Likeness.EQUAL;
            try (Tokenizer tokenizer = Tokenizer.load(folder.resolve(template.name()))) {
                Supervision supervision = new Supervision(tokenizer);
                for (int i = 0; i < masks.conversations().size(); i++) {
                    Conversation talk = new Conversation(masks.conversations().get(i), "talk:" + i);
                    Row row = template.rows().get(i);
                    if (row.ids() == null || Arrays.stream(row.mask()).sum() == 0) {
                        assertThrows(Unusable.class, () -> supervision.example(talk));
                        continue;
                    }
                    if (talk.turns().get(0).role().equals("assistant")) {
                        // Nothing was asked before: there, too, it is the content alone at times.
                        supervision.example(talk);
                        continue;
                    }
                    Likeness likeness = likeness(supervision, tokenizer, talk, row);
                    if (likeness == Likeness.OTHER) {
                        otherwise.add(template.name() + " " + i);
                    } else if (likeness.compareTo(worst) > 0) {
                        worst = likeness;
                    }
                }
            }
            counts.merge(worst, 1, Integer::sum);
        }
        assertEquals(OTHERWISE, otherwise);
        assertEquals(
                Map.of(Likeness.EQUAL, 4, Likeness.BUT_BLANKS, 14, Likeness.BUT_PROMPT, 13),
                counts);
    }

    private static Likeness likeness(
            Supervision supervision, Tokenizer tokenizer, Conversation talk, Row row) {
        Example ours = supervision.example(talk);
        int[] ids = new int[ours.length()];
        Arrays.setAll(ids, ours::id);
        assertArrayEquals(row.ids(), ids);
        String text = supervision.template().render(talk.turns(), false);
        Encoded tokens = tokenizer.encode(text);
        List<String> prompts = prompts(supervision.template(), talk);
        Likeness worst = Likeness.EQUAL;
        for (int i = 1; i < ids.length; i++) {
            int from = i;
            while (i < ids.length && (row.mask()[i] == 1) != ours.supervised(i)) {
                i++;
            }
            if (i > from) {
                String only = text.substring(tokens.start(from), tokens.end(i - 1));
                boolean after = tokenizer.isSpecial(ids[from - 1]);
                Likeness here = Likeness.OTHER;
                if (row.mask()[from] == 1 && prompts.stream().anyMatch(p -> p.contains(only))) {
                    here = Likeness.BUT_PROMPT;
                }
                if (row.mask()[from] == 1 && only.isBlank() && after) {
                    here = Likeness.BUT_BLANKS;
                }
                worst = here.compareTo(worst) > 0 ? here : worst;
            }
        }
        return worst;
    }

    /** What generation prompts add to what was said before. */
    private static List<String> prompts(ChatTemplate template, Conversation talk) {
        List<String> prompts = new ArrayList<>();
        for (int turn = 1; turn < talk.turns().size(); turn++) {
            if (talk.turns().get(turn).role().equals("assistant")) {
                List<Turn> before = talk.turns().subList(0, turn);
                String said = template.render(before, false);
                String asked = template.render(before, true);
                prompts.add(asked.substring(asked.startsWith(said) ? said.length() : 0));
            }
        }
        return prompts;
    }

    private enum Likeness {
        EQUAL,
        BUT_BLANKS,
        BUT_PROMPT,
        OTHER
    }

    private record Masks(List<List<Turn>> conversations, List<Template> templates) {}

    private record Template(String name, List<Row> rows) {}

    /** Without ids: TRL's template did not take the conversation. */
    private record Row(int[] ids, int[] mask, String fault) {}
}

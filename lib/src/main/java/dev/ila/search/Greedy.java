package dev.ila.search;

import dev.ila.data.ChatTemplate;
import dev.ila.data.Tokenizer;
import dev.ila.data.Turn;
import dev.ila.model.LanguageModel;
import dev.ila.run.Require;
import dev.ila.torch.Change;
import java.util.Arrays;
import java.util.List;

/**
 * The likeliest answer, token by token; each computes the whole text again, so it is for a look.
 */
final class Greedy {
    private Greedy() {}

    static String answer(LanguageModel model, Change change, String question, int most) {
        Require.atLeast(1, most, "most tokens");
        float[] gamma = new float[model.layers().size()];
        Arrays.fill(gamma, 1);
        try (Tokenizer tokenizer = Tokenizer.load(model.checkpoint().directory())) {
            String prompt =
                    ChatTemplate.of(tokenizer).render(List.of(new Turn("user", question)), true);
            int[] ids = tokenizer.encode(prompt).ids();
            int asked = ids.length;
            model.checkpoint().architecture().requireInWindow(asked + most, "tokens of an answer");
            while (ids.length - asked < most) {
                int next = next(model, change, gamma, ids);
                if (tokenizer.isSpecial(next)) {
                    break;
                }
                ids = Arrays.copyOf(ids, ids.length + 1);
                ids[ids.length - 1] = next;
            }
            return tokenizer.decode(Arrays.copyOfRange(ids, asked, ids.length)).strip();
        }
    }

    private static int next(LanguageModel model, Change change, float[] gamma, int[] ids) {
        long[] text = Arrays.stream(ids).asLongStream().toArray();
        long[] last = {ids.length - 1};
        float[] logits = model.network().logits(text, 1, last, change, gamma);
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }
}

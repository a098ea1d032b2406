package dev.ila.data;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The tests' small tokenizer (tests/fixtures/tiny_tokenizer.py) as a model's directory. */
final class Tiny {
    static final String CHATML =
            "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n'"
                    + " + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
                    + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    private Tiny() {}

    /** A model's directory with the given {@code tokenizer_config.json}. */
    static Path model(Path folder, String config) {
        try (InputStream in = Tiny.class.getResourceAsStream("tiny/tokenizer.json")) {
            Files.write(folder.resolve("tokenizer.json"), in.readAllBytes());
            Files.writeString(folder.resolve("tokenizer_config.json"), config);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A model's directory with a template; its end token pads, too. */
    static Path withTemplate(Path folder, String template) {
        return model(
                folder,
                "{\"eos_token\":\"<|im_end|>\",\"pad_token\":\"<|im_end|>\",\"chat_template\":"
                        + new Gson().toJson(template)
                        + "}");
    }

    /** Turns by the user and the assistant, one after the other. */
    static Conversation talk(String... texts) {
        List<Turn> turns = new ArrayList<>();
        for (String text : texts) {
            turns.add(new Turn(turns.size() % 2 == 0 ? "user" : "assistant", text));
        }
        return new Conversation(turns, "talk.json:1");
    }

    /** Examples of the given lengths, all but the first token supervised. */
    static List<Example> lengths(int... lengths) {
        List<Example> examples = new ArrayList<>();
        for (int length : lengths) {
            boolean[] supervised = new boolean[length];
            Arrays.fill(supervised, true);
            int[] ids = new int[length];
            Arrays.fill(ids, examples.size());
            examples.add(new Example(ids, supervised));
        }
        return examples;
    }
}

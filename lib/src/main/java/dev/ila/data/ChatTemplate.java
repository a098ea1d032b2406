package dev.ila.data;

import dev.ila.jinja.Jinja;
import dev.ila.jinja.JinjaFault;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a conversation as the text that a model was trained on: by the model's own Jinja template.
 *
 * <p>A model without one gets plain roles, {@code "User: …\nAssistant: …"}, each assistant turn
 * closed by the model's own end token, and the begin token first where its tokenizer puts it: no
 * token that the model does not have.
 *
 * <p>Templates are rendered as transformers renders them, or not at all. {@code strftime_now} tells
 * a fixed date, so that a run repeats.
 */
public final class ChatTemplate {
    private static final String PLAIN =
            "{{ plain_begin }}{% for message in messages %}"
                    + "{{ message['role'] | capitalize }}: {{ message['content'] }}"
                    + "{% if message['role'] == 'assistant' %}{{ eos_token }}{% endif %}{{ '\\n' }}"
                    + "{% endfor %}{% if add_generation_prompt %}Assistant:{% endif %}";

    private final String name;
    private final Jinja template;
    private final boolean plain;
    private final Map<String, Object> variables;

    private ChatTemplate(
            String name, Jinja template, boolean plain, Map<String, Object> variables) {
        this.name = name;
        this.template = template;
        this.plain = plain;
        this.variables = variables;
    }

    /** The template of the model that a tokenizer belongs to, or plain roles. */
    public static ChatTemplate of(Tokenizer tokenizer) {
        String name = "chat template of " + tokenizer.model();
        TokenizerConfig config = tokenizer.config();
        Map<String, Object> variables = new HashMap<>(config.tokens());
        variables.putAll(TemplateFunctions.ALL);
        // Python's caller names both, so that they are defined, and gives nothing.
        variables.put("tools", Jinja.NONE);
        variables.put("documents", Jinja.NONE);
        if (config.template().isPresent()) {
            return new ChatTemplate(name, read(name, config.template().get()), false, variables);
        }
        if (tokenizer.end().isEmpty()) {
            throw new IllegalArgumentException(
                    name + " must be there, or an eos_token to do without, but is: neither");
        }
        String begin = tokenizer.opensWithBegin() ? tokenizer.begin().orElseThrow() : "";
        variables.put("plain_begin", begin);
        return new ChatTemplate(name, new Jinja(PLAIN), true, variables);
    }

    /** Whether the model has no template of its own, so that roles are plain text. */
    public boolean isPlain() {
        return plain;
    }

    /** What messages call it: the model it belongs to. */
    public String name() {
        return name;
    }

    /**
     * Writes turns as text.
     *
     * @param turns in order
     * @param generationPrompt whether to open an assistant turn at the end, for the model to fill
     * @throws IllegalArgumentException where the template cannot be rendered or will not take these
     *     turns
     */
    public String render(List<Turn> turns, boolean generationPrompt) {
        Map<String, Object> context = new HashMap<>(variables);
        context.put("messages", turns.stream().map(ChatTemplate::message).toList());
        context.put("add_generation_prompt", generationPrompt);
        try {
            return template.render(context);
        } catch (JinjaFault e) {
            throw refused(name, e);
        }
    }

    private static Map<String, Object> message(Turn turn) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", turn.role());
        message.put("content", turn.content());
        return message;
    }

    private static Jinja read(String name, String source) {
        try {
            return new Jinja(source);
        } catch (JinjaFault e) {
            throw refused(name, e);
        }
    }

    private static IllegalArgumentException refused(String name, JinjaFault fault) {
        return new IllegalArgumentException(
                name
                        + " must be Jinja that can be rendered here, but is: not, at line "
                        + fault.line()
                        + " ("
                        + fault.what()
                        + ")",
                fault);
    }
}

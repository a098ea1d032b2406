package dev.ila.data;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Writes a conversation as the text that a model was trained on: by the model's own Jinja template.
 *
 * <p>A model without one gets plain roles, {@code "User: …\nAssistant: …"}, each assistant turn
 * closed by the model's own end token, and the begin token first where its tokenizer puts it: no
 * token that the model does not have.
 *
 * <p>The Jinja library's known gaps: a loop with a condition is refused; {@code a and b} and {@code
 * a or b} yield true or false, not a or b; {@code tojson} writes no blanks. {@code strftime_now}
 * tells a fixed date, so that a run repeats.
 */
public final class ChatTemplate {
    private static final String PLAIN =
            "{{ plain_begin }}{% for message in messages %}"
                    + "{{ message['role'] | capitalize }}: {{ message['content'] }}"
                    + "{% if message['role'] == 'assistant' %}{{ eos_token }}{% endif %}{{ '\\n' }}"
                    + "{% endfor %}{% if add_generation_prompt %}Assistant:{% endif %}";

    /** A loop with a condition, {@code for x in y if z}, which the library would not obey. */
    private static final Pattern FILTERED_LOOP =
            Pattern.compile(
                    "\\{%[-+]?\\s*for\\s(?:(?!%\\}|\\selse\\s).)*\\sif\\s(?:(?!%\\}|\\selse\\s).)*%\\}");

    private static final Jinjava JINJA =
            new Jinjava(
                    JinjavaConfig.newBuilder()
                            .withTrimBlocks(true)
                            .withLstripBlocks(true)
                            .withNestedInterpretationEnabled(false)
                            .withElResolver(new PythonMethods())
                            .withLegacyOverrides(
                                    LegacyOverrides.Builder.from(LegacyOverrides.NONE)
                                            .withEvaluateMapKeys(true)
                                            .withIterateOverMapKeys(true)
                                            .withUseNaturalOperatorPrecedence(true)
                                            .withParseWhitespaceControlStrictly(true)
                                            .withAllowAdjacentTextNodes(true)
                                            .withUseTrimmingForNotesAndExpressions(true)
                                            .withUsePyishObjectMapper(true)
                                            .build())
                            .build());

    static {
        TemplateFunctions.all().forEach(JINJA::registerFunction);
    }

    private final String name;
    private final String source;
    private final boolean plain;
    private final Map<String, String> variables;

    private ChatTemplate(String name, String source, boolean plain, Map<String, String> variables) {
        this.name = name;
        this.source = source;
        this.plain = plain;
        this.variables = variables;
    }

    /** The template of the model that a tokenizer belongs to, or plain roles. */
    public static ChatTemplate of(Tokenizer tokenizer) {
        String name = "chat template of " + tokenizer.model();
        TokenizerConfig config = tokenizer.config();
        Map<String, String> variables = new HashMap<>(config.tokens());
        if (config.template().isPresent()) {
            return new ChatTemplate(name, checked(name, config.template().get()), false, variables);
        }
        if (tokenizer.end().isEmpty()) {
            throw new IllegalArgumentException(
                    name + " must be there, or an eos_token to do without, but is: neither");
        }
        String begin = tokenizer.opensWithBegin() ? tokenizer.begin().orElseThrow() : "";
        variables.put("plain_begin", begin);
        return new ChatTemplate(name, PLAIN, true, variables);
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
        RenderResult result = JINJA.renderForResult(source, context);
        if (!result.hasErrors()) {
            return result.getOutput();
        }
        for (TemplateError error : result.getErrors()) {
            for (Throwable t = error.getException(); t != null; t = t.getCause()) {
                if (t instanceof Unusable refused) {
                    throw refused;
                }
            }
        }
        TemplateError first = result.getErrors().get(0);
        String what = String.valueOf(first.getMessage()).lines().findFirst().orElse("");
        throw new IllegalArgumentException(
                name
                        + " must be Jinja that can be rendered here, but is: not, at line "
                        + first.getLineno()
                        + " ("
                        + what
                        + ")",
                first.getException());
    }

    private static Map<String, Object> message(Turn turn) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", turn.role());
        message.put("content", turn.content());
        return message;
    }

    /** Jinja drops one line break at the end, and knows a way to reverse that the library lacks. */
    private static String checked(String name, String source) {
        if (FILTERED_LOOP.matcher(source).find()) {
            throw new IllegalArgumentException(
                    name
                            + " must be Jinja that can be rendered here, but is: with a filtered loop");
        }
        String cut = source.endsWith("\n") ? source.substring(0, source.length() - 1) : source;
        return cut.replace("[::-1]", "|reverse");
    }
}

package dev.ila.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A template in Jinja, with the settings that transformers renders chat templates with: blocks take
 * their own line away, loops have {@code break} and {@code continue}, {@code tojson} escapes
 * nothing, and the tags around what an assistant says ({@code generation}) are taken for nothing.
 *
 * <p>Rendering is Python's or none: a filter, a test, a method or a tag that is not there makes a
 * {@link JinjaFault}, when the template is read or when rendering comes to it.
 */
public final class Jinja {
    /** Python's {@code None}. */
    public static final Object NONE = Nothing.NONE;

    private final Node body;

    /**
     * Reads a template.
     *
     * @throws JinjaFault where it is not Jinja, or has a tag that is not known here
     */
    public Jinja(String source) {
        body = new Statements(new Tokens(new Lexer(source).tokens())).all();
    }

    /**
     * The text that comes of it.
     *
     * @param variables by name: texts, booleans, lists, maps, {@link Function} and {@link #NONE}
     * @throws JinjaFault where Python would fail, or where a part is not known here
     */
    public String render(Map<String, Object> variables) {
        Scope scope = new Scope(new Scope(Globals.ALL), new HashMap<>(variables));
        StringBuilder out = new StringBuilder();
        try {
            body.run(scope, out);
        } catch (StackOverflowError e) {
            throw new JinjaFault("its macros call each other without end");
        }
        return out.toString();
    }

    /** What a template may call. */
    @FunctionalInterface
    public interface Function {
        /**
         * Its value.
         *
         * @param arguments by place
         * @param named arguments by name
         */
        Object call(List<Object> arguments, Map<String, Object> named);
    }
}

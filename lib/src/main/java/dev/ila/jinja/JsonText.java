package dev.ila.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Values as Python's {@code json.dumps} writes them. */
final class JsonText {
    private final String between;
    private final String colon;
    private final String indent;

    private JsonText(String between, String colon, String indent) {
        this.between = between;
        this.colon = colon;
        this.indent = indent;
    }

    /** With the arguments of the filter as transformers defines it. */
    static String json(Object value, Arguments given) {
        Map<String, Object> by =
                given.bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
        if (Values.isTrue(by.getOrDefault("ensure_ascii", false))
                || Values.isTrue(by.getOrDefault("sort_keys", false))) {
            throw JinjaFault.unknown("tojson in ASCII or with sorted keys");
        }
        Object width = by.getOrDefault("indent", Nothing.NONE);
        String indent = "";
        if (width != Nothing.NONE) {
            indent = width instanceof String text ? text : " ".repeat((int) Values.integer(width));
        }
        String between = width == Nothing.NONE ? ", " : ",";
        String colon = ": ";
        if (by.getOrDefault("separators", Nothing.NONE) instanceof List<?> two) {
            between = Values.string(two.get(0));
            colon = Values.string(two.get(1));
        }
        StringBuilder out = new StringBuilder();
        new JsonText(between, colon, width == Nothing.NONE ? "" : "\n" + indent)
                .write(value, "\n", out);
        return out.toString();
    }

    private void write(Object value, String line, StringBuilder out) {
        if (value instanceof String text) {
            quote(text, out);
        } else if (value instanceof Boolean || value instanceof Long) {
            out.append(value);
        } else if (value instanceof Double real) {
            out.append(Values.real(real));
        } else if (value == Nothing.NONE) {
            out.append("null");
        } else if (value instanceof List<?> list) {
            List<Runnable> parts = new ArrayList<>();
            list.forEach(e -> parts.add(() -> write(e, deeper(line), out)));
            enclosed("[", parts, "]", line, out);
        } else if (value instanceof Map<?, ?> map) {
            List<Runnable> parts = new ArrayList<>();
            map.forEach(
                    (key, inner) ->
                            parts.add(
                                    () -> {
                                        quote(Values.string(key), out);
                                        out.append(colon);
                                        write(inner, deeper(line), out);
                                    }));
            enclosed("{", parts, "}", line, out);
        } else {
            throw new JinjaFault("a " + Values.type(value) + " cannot be written as JSON");
        }
    }

    private String deeper(String line) {
        return indent.isEmpty() ? line : line + indent.substring(1);
    }

    private void enclosed(
            String open, List<Runnable> parts, String close, String line, StringBuilder out) {
        out.append(open);
        for (int i = 0; i < parts.size(); i++) {
            out.append(i > 0 ? between : "").append(indent.isEmpty() ? "" : deeper(line));
            parts.get(i).run();
        }
        out.append(parts.isEmpty() || indent.isEmpty() ? "" : line).append(close);
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (char c : text.toCharArray()) {
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> out.append(c < ' ' ? "\\u%04x".formatted((int) c) : String.valueOf(c));
            }
        }
        out.append('"');
    }
}

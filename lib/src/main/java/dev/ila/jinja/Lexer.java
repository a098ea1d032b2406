package dev.ila.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts a template into its texts and what stands in its tags, blanks at their sides settled. */
final class Lexer {
    private static final int FLAGS = Pattern.DOTALL | Pattern.UNICODE_CHARACTER_CLASS;
    private static final Pattern OPENING = Pattern.compile("\\{([{%#])([-+]?)");
    private static final Pattern COMMENT =
            Pattern.compile("(.*?)(\\+#\\}|-#\\}\\s*|#\\}\\n?)", FLAGS);
    private static final Pattern BLOCK_END = Pattern.compile("\\+%\\}|-%\\}\\s*|%\\}\\n?", FLAGS);
    private static final Pattern VALUE_END = Pattern.compile("-\\}\\}\\s*|\\}\\}", FLAGS);
    private static final Pattern INNER =
            Pattern.compile(
                    "(?<blank>\\s+)"
                            + "|(?<float>(?<!\\.)(?:\\d+_)*\\d+(?:(?:\\.(?:\\d+_)*\\d+)?[eE][-+]?\\d+"
                            + "|\\.(?:\\d+_)*\\d+))"
                            + "|(?<integer>\\d[\\d_]*)"
                            + "|(?<name>\\w+)"
                            + "|(?<string>'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'"
                            + "|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\")"
                            + "|(?<operator>//|\\*\\*|==|!=|>=|<=|[-+/*%~\\[\\](){}<>=.:|,;])",
                    FLAGS);
    private static final List<String> KINDS =
            List.of("float", "integer", "name", "string", "operator");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int counted;
    private int lines = 1;

    /** Line ends become one, and the last is dropped, as in Jinja. */
    Lexer(String source) {
        String text = source.replace("\r\n", "\n").replace('\r', '\n');
        this.source = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }

    List<Token> tokens() {
        Matcher opening = OPENING.matcher(source);
        boolean lineBegins = true;
        while (opening.find(at)) {
            String kind = opening.group(1);
            text(source.substring(at, opening.start()), opening, lineBegins);
            at = opening.end();
            int line = line(opening.start());
            try {
                String close = kind.equals("#") ? comment() : tag(kind.equals("%"));
                lineBegins = close.endsWith("\n");
            } catch (JinjaFault e) {
                throw e.at(line);
            }
        }
        add("text", source.substring(at));
        add("end", "");
        return tokens;
    }

    private void text(String text, Matcher opening, boolean lineBegins) {
        String kept = text;
        int lastLine = text.lastIndexOf('\n') + 1;
        if (opening.group(2).equals("-")) {
            kept = Texts.strip(text, "", false, true);
        } else if (opening.group(2).isEmpty()
                && !opening.group(1).equals("{")
                && (lastLine > 0 || lineBegins)
                && Texts.strip(text.substring(lastLine), "", true, false).isEmpty()) {
            kept = text.substring(0, lastLine);
        }
        add("text", kept);
    }

    private String comment() {
        Matcher comment = COMMENT.matcher(source).region(at, source.length());
        if (!comment.lookingAt()) {
            throw new JinjaFault("a comment without end");
        }
        at = comment.end();
        return comment.group(2);
    }

    private String tag(boolean block) {
        Matcher end = (block ? BLOCK_END : VALUE_END).matcher(source);
        Matcher inner = INNER.matcher(source).useTransparentBounds(true);
        Deque<String> open = new ArrayDeque<>();
        add(block ? "block" : "value", "");
        while (true) {
            if (open.isEmpty() && end.region(at, source.length()).lookingAt()) {
                add("close", "");
                at = end.end();
                return end.group();
            }
            if (!inner.region(at, source.length()).lookingAt()) {
                throw new JinjaFault(
                        at == source.length()
                                ? "a tag without end"
                                : "unexpected '" + source.charAt(at) + "'");
            }
            String text = inner.group();
            if (List.of("(", "[", "{").contains(text)) {
                open.push(text);
            } else if (List.of("()", "[]", "{}").contains(open.peek() + text)) {
                open.pop();
            } else if (List.of(")", "]", "}").contains(text)) {
                throw new JinjaFault("unexpected '" + text + "'");
            }
            KINDS.stream().filter(k -> inner.group(k) != null).forEach(k -> add(k, text));
            at = inner.end();
        }
    }

    private void add(String kind, String text) {
        if (!kind.equals("text") || !text.isEmpty()) {
            tokens.add(new Token(kind, text, line(at)));
        }
    }

    /** Places are asked for in order, so that the line ends before them are counted once. */
    private int line(int place) {
        while (counted < place) {
            lines += source.charAt(counted++) == '\n' ? 1 : 0;
        }
        return lines;
    }

    /**
     * A text, the opening or closing of a tag, or a piece of what stands between.
     *
     * @param kind {@code text}, {@code block}, {@code value}, {@code close}, {@code end}, or one of
     *     {@link #KINDS}
     * @param text as in the template
     * @param line counted from 1
     */
    record Token(String kind, String text, int line) {}
}

package dev.ila.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What Python does with texts where Java does otherwise. */
final class Texts {
    private Texts() {}

    /** Python's blanks, more than Java's. */
    static boolean isBlank(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
    }

    /**
     * Without the characters of a set at its ends.
     *
     * @param set the characters; empty: blanks
     */
    static String strip(String text, String set, boolean left, boolean right) {
        int from = 0;
        int to = text.length();
        while (left && from < to && belongs(text.codePointAt(from), set)) {
            from += Character.charCount(text.codePointAt(from));
        }
        while (right && to > from && belongs(text.codePointBefore(to), set)) {
            to -= Character.charCount(text.codePointBefore(to));
        }
        return text.substring(from, to);
    }

    private static boolean belongs(int c, String set) {
        return set.isEmpty() ? isBlank(c) : set.indexOf(c) >= 0;
    }

    /** The words between blanks. */
    static List<Object> words(String text) {
        List<Object> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        text.codePoints()
                .forEach(
                        c -> {
                            if (!isBlank(c)) {
                                word.appendCodePoint(c);
                            } else if (!word.isEmpty()) {
                                words.add(word.toString());
                                word.setLength(0);
                            }
                        });
        if (!word.isEmpty()) {
            words.add(word.toString());
        }
        return words;
    }

    /**
     * The parts between separators.
     *
     * @param most how many cuts, or a negative number for all
     */
    static List<Object> split(String text, String separator, long most) {
        if (separator.isEmpty()) {
            throw new JinjaFault("a text cannot be split by nothing");
        }
        List<Object> parts = new ArrayList<>();
        int at = 0;
        int next = text.indexOf(separator);
        while (next >= 0 && (most < 0 || parts.size() < most)) {
            parts.add(text.substring(at, next));
            at = next + separator.length();
            next = text.indexOf(separator, at);
        }
        parts.add(text.substring(at));
        return parts;
    }

    /** As {@link #split}, from the end. */
    static List<Object> splitFromEnd(String text, String separator, long most) {
        if (separator.isEmpty()) {
            throw new JinjaFault("a text cannot be split by nothing");
        }
        List<Object> parts = new ArrayList<>();
        int end = text.length();
        int next = text.lastIndexOf(separator);
        while (next >= 0 && (most < 0 || parts.size() < most)) {
            parts.add(0, text.substring(next + separator.length(), end));
            end = next;
            next = text.lastIndexOf(separator, end - separator.length());
            next = end < separator.length() ? -1 : next;
        }
        parts.add(0, text.substring(0, end));
        return parts;
    }

    static String upper(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.codePointAt(0);
        return titleCase(first) + lower(text.substring(Character.charCount(first)));
    }

    /** Each run of letters with a capital first. */
    static String title(String text) {
        StringBuilder out = new StringBuilder();
        boolean[] inWord = {false};
        text.codePoints()
                .forEach(
                        c -> {
                            String one = Character.toString(c);
                            out.append(inWord[0] ? lower(one) : titleCase(c));
                            inWord[0] =
                                    Character.isLowerCase(c)
                                            || Character.isUpperCase(c)
                                            || Character.isTitleCase(c);
                        });
        return out.toString();
    }

    private static String titleCase(int c) {
        String upper = upper(Character.toString(c));
        int first = upper.codePointAt(0);
        return upper.codePointCount(0, upper.length()) == 1
                ? Character.toString(Character.toTitleCase(c))
                : Character.toString(first) + lower(upper.substring(Character.charCount(first)));
    }

    /** As Python's {@code repr} writes a text. */
    static String quoted(String text) {
        char quote = text.contains("'") && !text.contains("\"") ? '"' : '\'';
        StringBuilder out = new StringBuilder().append(quote);
        text.codePoints()
                .forEach(
                        c -> {
                            switch (c) {
                                case '\n' -> out.append("\\n");
                                case '\r' -> out.append("\\r");
                                case '\t' -> out.append("\\t");
                                case '\\' -> out.append("\\\\");
                                default -> {
                                    if (c == quote) {
                                        out.append('\\');
                                    }
                                    out.append(printable(c));
                                }
                            }
                        });
        return out.append(quote).toString();
    }

    private static String printable(int c) {
        boolean hidden =
                c != ' ' && isBlank(c)
                        || Character.isISOControl(c)
                        || !Character.isDefined(c)
                        || Character.getType(c) == Character.FORMAT
                        || Character.getType(c) == Character.PRIVATE_USE;
        if (!hidden) {
            return Character.toString(c);
        }
        return c < 0x100 ? "\\x%02x".formatted(c) : "\\%s".formatted(wide(c));
    }

    private static String wide(int c) {
        return c < 0x10000 ? "u%04x".formatted(c) : "U%08x".formatted(c);
    }
}

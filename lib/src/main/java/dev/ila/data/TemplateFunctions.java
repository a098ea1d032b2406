package dev.ila.data;

import dev.ila.jinja.Jinja;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Functions that chat templates call and Jinja itself does not have. */
final class TemplateFunctions {
    /** Python's date codes, and Java's for the same. */
    private static final Map<Character, String> DATE_CODES =
            Map.of(
                    'Y', "uuuu", 'm', "MM", 'd', "dd", 'B', "MMMM", 'b', "MMM", 'A', "EEEE", 'H',
                    "HH", 'M', "mm", 'S', "ss");

    /** What templates are told is now: always the same, or no run would repeat on another day. */
    private static final LocalDateTime NOW = LocalDateTime.of(2024, 7, 26, 12, 0);

    /** All of them, by name. */
    static final Map<String, Jinja.Function> ALL =
            Map.of(
                    "raise_exception",
                    (given, named) -> refuse(first("raise_exception", given)),
                    "strftime_now",
                    (given, named) -> now(first("strftime_now", given)));

    private TemplateFunctions() {}

    private static String first(String name, List<Object> given) {
        if (given.isEmpty()) {
            throw new Unusable("unusable: its template calls " + name + " with nothing");
        }
        return String.valueOf(given.get(0));
    }

    /** Called by a template that will not take a conversation. */
    static String refuse(String why) {
        throw new Unusable("refused by the chat template (" + why + ")");
    }

    /** The fixed time in Python's {@code strftime} form. */
    static String now(String form) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < form.length(); i++) {
            String code = i + 1 < form.length() ? DATE_CODES.get(form.charAt(i + 1)) : null;
            if (form.charAt(i) == '%' && code != null) {
                out.append(DateTimeFormatter.ofPattern(code, Locale.ENGLISH).format(NOW));
                i++;
            } else {
                out.append(form.charAt(i));
            }
        }
        return out.toString();
    }
}

package dev.ila.data;

import com.hubspot.jinjava.el.JinjavaInterpreterResolver;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jinjava.de.odysseus.el.util.SimpleResolver;
import jinjava.javax.el.ELContext;

/** Python's methods of texts, which templates call and Java's texts lack or mean otherwise. */
final class PythonMethods extends SimpleResolver {
    private static final String BLANKS = " \t\n\r\f\u000B";

    /** Python's methods first, then whatever the library resolves by itself. */
    PythonMethods() {
        super(JinjavaInterpreterResolver.DEFAULT_RESOLVER_READ_WRITE);
    }

    @Override
    public Object invoke(
            ELContext context, Object base, Object method, Class<?>[] types, Object[] args) {
        if (base instanceof CharSequence && method instanceof String name) {
            List<Object> given = args == null ? List.of() : Arrays.asList(args);
            Optional<Object> result = call(base.toString(), name, given);
            if (result.isPresent()) {
                context.setPropertyResolved(true);
                return result.get();
            }
        }
        return super.invoke(context, base, method, types, args);
    }

    private static Optional<Object> call(String text, String method, List<Object> args) {
        Object first = args.isEmpty() ? null : args.get(0);
        return Optional.ofNullable(
                switch (method) {
                    case "strip" -> strip(text, first, true, true);
                    case "lstrip" -> strip(text, first, true, false);
                    case "rstrip" -> strip(text, first, false, true);
                    case "upper" -> text.toUpperCase(Locale.ROOT);
                    case "lower" -> text.toLowerCase(Locale.ROOT);
                    case "capitalize" -> capitalize(text);
                    case "title" -> title(text);
                    case "split" -> split(text, args);
                    case "startswith" -> text.startsWith(String.valueOf(first));
                    case "endswith" -> text.endsWith(String.valueOf(first));
                    case "find" -> (long) text.indexOf(String.valueOf(first));
                    case "join" -> join(text, first);
                    default -> null;
                });
    }

    private static String strip(String text, Object characters, boolean left, boolean right) {
        String set = characters == null ? BLANKS : characters.toString();
        int from = 0;
        int to = text.length();
        while (left && from < to && set.indexOf(text.charAt(from)) >= 0) {
            from++;
        }
        while (right && to > from && set.indexOf(text.charAt(to - 1)) >= 0) {
            to--;
        }
        return text.substring(from, to);
    }

    private static List<String> split(String text, List<Object> args) {
        if (args.isEmpty()) {
            return List.of(text.strip().split("\\s+"));
        }
        int limit = args.size() > 1 ? ((Number) args.get(1)).intValue() + 1 : -1;
        return List.of(text.split(Pattern.quote(args.get(0).toString()), limit));
    }

    private static String join(String separator, Object parts) {
        return ((Collection<?>) parts)
                .stream().map(String::valueOf).collect(Collectors.joining(separator));
    }

    private static String capitalize(String text) {
        return text.isEmpty()
                ? text
                : text.substring(0, 1).toUpperCase(Locale.ROOT)
                        + text.substring(1).toLowerCase(Locale.ROOT);
    }

    private static String title(String text) {
        return Arrays.stream(text.split("(?<=\\s)|(?=\\s)"))
                .map(PythonMethods::capitalize)
                .collect(Collectors.joining());
    }
}

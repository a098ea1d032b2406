package dev.ila.jinja;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Python's methods of texts. */
final class TextMethods {
    /** All of Python's: what is not done below is refused, and never taken for undefined. */
    static final Set<String> NAMES =
            Set.of(
                    ("capitalize casefold center count encode endswith expandtabs find format"
                                    + " format_map index isalnum isalpha isascii isdecimal isdigit"
                                    + " isidentifier islower isnumeric isprintable isspace istitle"
                                    + " isupper join ljust lower lstrip maketrans partition"
                                    + " removeprefix removesuffix replace rfind rindex rjust"
                                    + " rpartition rsplit rstrip split splitlines startswith strip"
                                    + " swapcase title translate upper zfill")
                            .split(" "));

    private TextMethods() {}

    static Jinja.Function bound(String text, String name) {
        return (places, named) -> call(text, name, new Arguments(places, named));
    }

    private static Object call(String text, String method, Arguments given) {
        return switch (method) {
            case "strip" -> strip(text, given, true, true);
            case "lstrip" -> strip(text, given, true, false);
            case "rstrip" -> strip(text, given, false, true);
            case "split", "rsplit" -> split(text, method, given);
            case "replace" -> replace(text, given.exactly("replace", 2, 3));
            case "join" -> join(text, given.exactly("join", 1, 1).get(0));
            case "startswith", "endswith" -> begins(text, method, given);
            case "find" -> found(text, text.indexOf(one(method, given)));
            case "rfind" -> found(text, text.lastIndexOf(one(method, given)));
            case "count" -> Texts.split(text, one(method, given), -1).size() - 1L;
            case "removeprefix" -> removePrefix(text, one(method, given));
            case "removesuffix" -> removeSuffix(text, one(method, given));
            default -> {
                if (!given.exactly(method, 0, Integer.MAX_VALUE).isEmpty()) {
                    throw unknown(method);
                }
                yield plain(text, method);
            }
        };
    }

    private static Object plain(String text, String method) {
        return switch (method) {
            case "upper" -> Texts.upper(text);
            case "lower" -> Texts.lower(text);
            case "capitalize" -> Texts.capitalize(text);
            case "title" -> Texts.title(text);
            case "isspace" -> !text.isEmpty() && text.codePoints().allMatch(Texts::isBlank);
            case "isdigit", "isdecimal" ->
                    !text.isEmpty() && text.codePoints().allMatch(Character::isDigit);
            default -> throw unknown(method);
        };
    }

    private static JinjaFault unknown(String method) {
        return JinjaFault.unknown("this use of the method " + method + " of a text");
    }

    private static String one(String method, Arguments given) {
        return Values.string(given.exactly(method, 1, 1).get(0));
    }

    private static String strip(String text, Arguments given, boolean left, boolean right) {
        Map<String, Object> by = given.bind("strip", "chars");
        Object set = by.getOrDefault("chars", Nothing.NONE);
        if (set == Nothing.NONE) {
            return Texts.strip(text, "", left, right);
        }
        return set.equals("") ? text : Texts.strip(text, Values.string(set), left, right);
    }

    private static List<Object> split(String text, String method, Arguments given) {
        Map<String, Object> by = given.bind(method, "sep", "maxsplit");
        long most = Values.integer(by.getOrDefault("maxsplit", -1L));
        Object separator = by.getOrDefault("sep", Nothing.NONE);
        if (separator == Nothing.NONE) {
            if (most >= 0) {
                throw unknown(method);
            }
            return Texts.words(text);
        }
        return method.equals("split")
                ? Texts.split(text, Values.string(separator), most)
                : Texts.splitFromEnd(text, Values.string(separator), most);
    }

    private static String replace(String text, List<Object> given) {
        String old = Values.string(given.get(0));
        String other = Values.string(given.get(1));
        if (given.size() == 2) {
            return text.replace(old, other);
        }
        return Texts.split(text, old, Values.integer(given.get(2))).stream()
                .map(Values::string)
                .collect(Collectors.joining(other));
    }

    /** A text between each two of others. */
    static String join(String separator, Object parts) {
        return Values.elements(parts).stream()
                .map(Values::string)
                .collect(Collectors.joining(separator));
    }

    private static boolean begins(String text, String method, Arguments given) {
        Object sought = given.exactly(method, 1, 1).get(0);
        List<Object> all = sought instanceof Tuple tuple ? tuple : List.of(sought);
        return all.stream()
                .map(Values::string)
                .anyMatch(s -> method.equals("startswith") ? text.startsWith(s) : text.endsWith(s));
    }

    private static long found(String text, int index) {
        return index < 0 ? -1 : text.codePointCount(0, index);
    }

    private static String removePrefix(String text, String prefix) {
        return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
    }

    private static String removeSuffix(String text, String suffix) {
        return text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
    }
}

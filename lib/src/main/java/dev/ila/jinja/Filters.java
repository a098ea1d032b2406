package dev.ila.jinja;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What stands after a bar, for single values; the others are {@link ListFilters}. */
final class Filters {
    /** Filters without arguments. */
    private static final Set<String> PLAIN =
            Set.of(
                    ("length count upper lower capitalize title string safe list first last"
                                    + " reverse items abs")
                            .split(" "));

    private static final Pattern WORD_BEGINNINGS =
            Pattern.compile(
                    "(?<=[-\\s({\\[<])(?![-\\s({\\[<])|(?<![-\\s({\\[<])(?=[-\\s({\\[<])",
                    Pattern.UNICODE_CHARACTER_CLASS);

    private Filters() {}

    static Object apply(String name, Object value, Arguments given) {
        return switch (name) {
            case "default", "d" -> standard(value, given.bind(name, "default_value", "boolean"));
            case "trim" -> trim(value, given.bind(name, "chars"));
            case "replace" -> replace(value, given.bind(name, "s", "from", "to"), given);
            case "tojson" -> JsonText.json(value, given);
            case "int" -> whole(value, given.exactly(name, 0, 1));
            case "join",
                    "map",
                    "select",
                    "reject",
                    "selectattr",
                    "rejectattr",
                    "dictsort",
                    "sort",
                    "unique" ->
                    ListFilters.apply(name, value, given);
            default -> {
                if (!PLAIN.contains(name)) {
                    throw JinjaFault.unknown("the filter " + name);
                }
                given.exactly(name, 0, 0);
                yield plain(name, value);
            }
        };
    }

    private static Object plain(String name, Object value) {
        return switch (name) {
            case "length", "count" -> Values.length(value);
            case "upper" -> Texts.upper(Values.text(value));
            case "lower" -> Texts.lower(Values.text(value));
            case "capitalize" -> Texts.capitalize(Values.text(value));
            case "title" -> title(Values.text(value));
            case "string" -> value instanceof Safe ? value : Values.text(value);
            case "safe" -> new Safe(Values.text(value));
            case "list" -> Values.elements(value);
            case "first" -> first(value);
            case "last" -> last(value);
            case "reverse" -> reverse(value);
            case "items" -> items(value);
            default -> Operators.order(value, 0L) < 0 ? Operators.apply("-", 0L, value) : value;
        };
    }

    private static Object standard(Object value, Map<String, Object> given) {
        boolean missing =
                value instanceof Undefined
                        || Values.isTrue(given.getOrDefault("boolean", false))
                                && !Values.isTrue(value);
        return missing ? given.getOrDefault("default_value", "") : value;
    }

    private static Object trim(Object value, Map<String, Object> given) {
        if (value instanceof Safe) {
            throw JinjaFault.unknown("the filter trim after safe");
        }
        Object set = given.getOrDefault("chars", Nothing.NONE);
        String text = Values.text(value);
        if (set == Nothing.NONE) {
            return Texts.strip(text, "", true, true);
        }
        return set.equals("") ? text : Texts.strip(text, Values.string(set), true, true);
    }

    private static Object replace(Object value, Map<String, Object> checked, Arguments given) {
        if (value instanceof Safe || checked.size() != 2 || !given.named().isEmpty()) {
            throw JinjaFault.unknown("this use of the filter replace");
        }
        return Values.text(value)
                .replace(
                        Values.string(given.places().get(0)), Values.string(given.places().get(1)));
    }

    private static Object whole(Object value, List<Object> standard) {
        Object otherwise = standard.isEmpty() ? 0L : standard.get(0);
        if (value instanceof Double number) {
            return (long) (double) number;
        }
        if (value instanceof Long || value instanceof Boolean) {
            return Values.integer(value);
        }
        if (!(value instanceof String text)) {
            return otherwise;
        }
        String digits = Texts.strip(text, "", true, true);
        if (digits.matches("[-+]?[0-9]{1,18}")) {
            return Long.parseLong(digits);
        }
        if (digits.chars().anyMatch(Character::isDigit)) {
            throw JinjaFault.unknown("the whole number of such a text");
        }
        return otherwise;
    }

    private static String title(String text) {
        StringBuilder out = new StringBuilder();
        for (String word : WORD_BEGINNINGS.split(text)) {
            if (!word.isEmpty()) {
                int first = Character.charCount(word.codePointAt(0));
                out.append(Texts.upper(word.substring(0, first)));
                out.append(Texts.lower(word.substring(first)));
            }
        }
        return out.toString();
    }

    private static Object first(Object value) {
        if (value instanceof Once once) {
            Iterator<?> elements = once.elements();
            return elements.hasNext() ? elements.next() : new Undefined("a first element");
        }
        List<Object> all = Values.elements(value);
        return all.isEmpty() ? new Undefined("a first element") : all.get(0);
    }

    private static Object last(Object value) {
        if (value instanceof Once) {
            throw new JinjaFault("what comes once has no last element");
        }
        List<Object> all = Values.elements(value);
        return all.isEmpty() ? new Undefined("a last element") : all.get(all.size() - 1);
    }

    private static Object reverse(Object value) {
        if (value instanceof String text) {
            return Members.slice(text, List.of(Nothing.NONE, Nothing.NONE, -1L));
        }
        List<Object> all = Values.elements(value);
        java.util.Collections.reverse(all);
        return new Once(all.iterator());
    }

    private static Object items(Object value) {
        if (value instanceof Undefined) {
            return new Once(List.of().iterator());
        }
        if (value instanceof Map<?, ?> map) {
            return new Once(MapMethods.items(map).iterator());
        }
        throw new JinjaFault("a " + Values.type(value) + " has no items");
    }
}

package dev.ila.jinja;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** What stands after {@code is}. */
final class Tests {
    private static final Map<String, String> COMPARISONS =
            Map.ofEntries(
                    Map.entry("==", "=="),
                    Map.entry("eq", "=="),
                    Map.entry("equalto", "=="),
                    Map.entry("ne", "!="),
                    Map.entry("!=", "!="),
                    Map.entry("lt", "<"),
                    Map.entry("<", "<"),
                    Map.entry("lessthan", "<"),
                    Map.entry("le", "<="),
                    Map.entry("<=", "<="),
                    Map.entry("gt", ">"),
                    Map.entry(">", ">"),
                    Map.entry("greaterthan", ">"),
                    Map.entry("ge", ">="),
                    Map.entry(">=", ">="),
                    Map.entry("in", "in"));

    private static final Set<Class<?>> WITHOUT_ELEMENTS =
            Set.of(Nothing.class, Long.class, Double.class, Boolean.class, Namespace.class);

    private Tests() {}

    static boolean apply(String name, Object value, Arguments given) {
        if (COMPARISONS.containsKey(name)) {
            Object other = given.exactly("is " + name, 1, 1).get(0);
            return Operators.compare(COMPARISONS.get(name), value, other);
        }
        if (name.equals("divisibleby")) {
            Object other = given.exactly("is divisibleby", 1, 1).get(0);
            return Operators.equal(Operators.apply("%", value, other), 0L);
        }
        given.exactly("is " + name, 0, 0);
        return switch (name) {
            case "defined" -> !(value instanceof Undefined);
            case "undefined" -> value instanceof Undefined;
            case "none" -> value == Nothing.NONE;
            case "true" -> value.equals(true);
            case "false" -> value.equals(false);
            case "boolean" -> value instanceof Boolean;
            case "string" -> value instanceof String || value instanceof Safe;
            case "integer" -> value instanceof Long;
            case "float" -> value instanceof Double;
            case "number" -> value instanceof Number || value instanceof Boolean;
            case "mapping" -> value instanceof Map;
            case "sequence" -> isSequence(value);
            case "iterable" -> !WITHOUT_ELEMENTS.contains(value.getClass());
            case "callable" -> value instanceof Jinja.Function;
            case "odd" -> Operators.equal(Operators.apply("%", value, 2L), 1L);
            case "even" -> Operators.equal(Operators.apply("%", value, 2L), 0L);
            default -> throw JinjaFault.unknown("the test " + name);
        };
    }

    /** Even what is undefined counts as one: it has a length, 0, and can be asked for elements. */
    private static boolean isSequence(Object value) {
        return value instanceof List
                || value instanceof Map
                || value instanceof String
                || value instanceof Safe
                || value instanceof Undefined
                || value instanceof View view && view.indexed();
    }
}

package dev.ila.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Python's view of values: what is true, how it is written, what it has in it. */
final class Values {
    private static final double WITHOUT_EXPONENT = 1e16;
    private static final double WITH_EXPONENT = 1e-4;
    private static final int DIGITS = 17;

    private Values() {}

    static boolean isTrue(Object value) {
        if (value instanceof Boolean b) {
            return b;
        }
        if (value instanceof Number n) {
            return n.doubleValue() != 0;
        }
        if (value instanceof String
                || value instanceof List
                || value instanceof Map
                || value instanceof View) {
            return length(value) > 0;
        }
        if (value instanceof Safe safe) {
            return !safe.text().isEmpty();
        }
        return !(value instanceof Nothing) && !(value instanceof Undefined);
    }

    /** How many elements, or characters as Python counts them. */
    static long length(Object value) {
        if (value instanceof String text) {
            return text.codePointCount(0, text.length());
        }
        if (value instanceof List<?> list) {
            return list.size();
        }
        if (value instanceof Map<?, ?> map) {
            return map.size();
        }
        if (value instanceof View view) {
            return view.elements().size();
        }
        if (value instanceof Undefined) {
            return 0;
        }
        throw new JinjaFault("a " + type(value) + " has no length");
    }

    /** As {@code str} writes it. */
    static String text(Object value) {
        if (value instanceof String text) {
            return text;
        }
        if (value instanceof Safe safe) {
            return safe.text();
        }
        return value instanceof Undefined ? "" : representation(value);
    }

    /** As {@code repr} writes it. */
    private static String representation(Object value) {
        if (value instanceof String text) {
            return Texts.quoted(text);
        }
        if (value instanceof Boolean b) {
            return b ? "True" : "False";
        }
        if (value instanceof Nothing) {
            return "None";
        }
        if (value instanceof Long) {
            return value.toString();
        }
        if (value instanceof Double real) {
            return real(real);
        }
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(e -> representation(e.getKey()) + ": " + representation(e.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (value instanceof List<?> list) {
            String inner =
                    list.stream().map(Values::representation).collect(Collectors.joining(", "));
            boolean tuple = value instanceof Tuple;
            return tuple ? "(" + inner + (list.size() == 1 ? ",)" : ")") : "[" + inner + "]";
        }
        throw JinjaFault.unknown("how a " + type(value) + " is written");
    }

    /** A number with a point, by the fewest digits that tell it from others. */
    static String real(double value) {
        double size = Math.abs(value);
        if (size != 0 && (size < WITH_EXPONENT || size >= WITHOUT_EXPONENT || size != size)) {
            throw JinjaFault.unknown("how " + value + " is written");
        }
        if (value == Math.rint(value)) {
            return (long) value + ".0";
        }
        BigDecimal shortest = new BigDecimal(value);
        for (int digits = DIGITS; digits > 0; digits--) {
            BigDecimal shorter = new BigDecimal(value).round(new MathContext(digits));
            if (shorter.doubleValue() != value) {
                break;
            }
            shortest = shorter;
        }
        return shortest.toPlainString();
    }

    /** What a loop goes over. */
    static List<Object> elements(Object value) {
        if (value instanceof List<?> list) {
            return new ArrayList<>(list);
        }
        if (value instanceof Map<?, ?> map) {
            return new ArrayList<>(map.keySet());
        }
        if (value instanceof String text) {
            return new ArrayList<>(text.codePoints().mapToObj(Character::toString).toList());
        }
        if (value instanceof View view) {
            return new ArrayList<>(view.elements());
        }
        if (value instanceof Once once) {
            List<Object> rest = new ArrayList<>();
            once.elements().forEachRemaining(rest::add);
            return rest;
        }
        if (value instanceof Undefined) {
            return new ArrayList<>();
        }
        throw new JinjaFault("a " + type(value) + " has no elements");
    }

    /** A whole number, as an index is. */
    static long integer(Object value) {
        if (value instanceof Long number) {
            return number;
        }
        if (value instanceof Boolean b) {
            return b ? 1 : 0;
        }
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        throw new JinjaFault("a " + type(value) + " is no whole number");
    }

    /** A text that must be one. */
    static String string(Object value) {
        if (value instanceof String text) {
            return text;
        }
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        throw new JinjaFault("a " + type(value) + " is no text");
    }

    /** What messages call it. */
    static String type(Object value) {
        if (value instanceof String || value instanceof Safe) {
            return "text";
        }
        if (value instanceof Number) {
            return "number";
        }
        if (value instanceof Map) {
            return "map";
        }
        if (value instanceof Jinja.Function) {
            return "function";
        }
        return value instanceof List
                ? "list"
                : value.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }
}

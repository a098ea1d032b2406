package dev.ila.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** What operators do, as in Python. */
final class Operators {
    private Operators() {}

    static boolean compare(String operator, Object left, Object right) {
        return switch (operator) {
            case "==" -> equal(left, right);
            case "!=" -> !equal(left, right);
            case "in" -> contains(right, left);
            case "not in" -> !contains(right, left);
            case "<" -> order(left, right) < 0;
            case "<=" -> order(left, right) <= 0;
            case ">" -> order(left, right) > 0;
            default -> order(left, right) >= 0;
        };
    }

    /** Numbers by their value, whatever their kind; true is 1. */
    static boolean equal(Object left, Object right) {
        if (isNumber(left) && isNumber(right)) {
            return real(left) == real(right);
        }
        if (left instanceof Undefined && right instanceof Undefined) {
            return true;
        }
        if (left instanceof List<?> a && right instanceof List<?> b) {
            boolean same = a.size() == b.size() && left instanceof Tuple == right instanceof Tuple;
            for (int i = 0; same && i < a.size(); i++) {
                same = equal(a.get(i), b.get(i));
            }
            return same;
        }
        if (left instanceof Map<?, ?> a && right instanceof Map<?, ?> b) {
            return a.keySet().equals(b.keySet())
                    && a.keySet().stream().allMatch(k -> equal(a.get(k), b.get(k)));
        }
        if (left instanceof Safe || right instanceof Safe) {
            return Values.text(left).equals(Values.text(right));
        }
        return left.equals(right);
    }

    static boolean contains(Object all, Object one) {
        if (all instanceof String text) {
            return text.contains(Values.string(one));
        }
        if (all instanceof Map<?, ?> map) {
            return map.containsKey(one);
        }
        return Values.elements(all).stream().anyMatch(e -> equal(e, one));
    }

    static int order(Object left, Object right) {
        if (isNumber(left) && isNumber(right)) {
            return Double.compare(real(left), real(right));
        }
        if (left instanceof String a && right instanceof String b) {
            int[] x = a.codePoints().toArray();
            int[] y = b.codePoints().toArray();
            return java.util.Arrays.compare(x, y);
        }
        throw fault("compared with", left, right);
    }

    static Object apply(String operator, Object left, Object right) {
        if (isNumber(left) && isNumber(right)) {
            return number(operator, left, right);
        }
        if (operator.equals("+") && left instanceof String a && right instanceof String b) {
            return a + b;
        }
        if (operator.equals("+")
                && left instanceof List<?> a
                && right instanceof List<?> b
                && left instanceof Tuple == right instanceof Tuple) {
            List<Object> both = new ArrayList<>(a);
            both.addAll(b);
            return left instanceof Tuple ? new Tuple(both) : both;
        }
        if (operator.equals("*") && left instanceof String text && right instanceof Long times) {
            return text.repeat((int) Math.max(0, times));
        }
        if (operator.equals("*") && left instanceof List<?> list && right instanceof Long times) {
            List<Object> out = new ArrayList<>();
            Collections.nCopies((int) Math.max(0, times), list).forEach(out::addAll);
            return out;
        }
        throw fault(operator, left, right);
    }

    private static Object number(String operator, Object left, Object right) {
        if (left instanceof Double || right instanceof Double || operator.equals("/")) {
            double a = real(left);
            double b = real(right);
            if (b == 0 && "/%//".contains(operator)) {
                throw new JinjaFault("a division by zero");
            }
            return switch (operator) {
                case "+" -> a + b;
                case "-" -> a - b;
                case "*" -> a * b;
                case "/" -> a / b;
                default -> throw JinjaFault.unknown(operator + " of numbers with a point");
            };
        }
        return whole(operator, Values.integer(left), Values.integer(right));
    }

    private static long whole(String operator, long a, long b) {
        try {
            return switch (operator) {
                case "+" -> Math.addExact(a, b);
                case "-" -> Math.subtractExact(a, b);
                case "*" -> Math.multiplyExact(a, b);
                case "//" -> Math.floorDiv(a, b);
                default -> Math.floorMod(a, b);
            };
        } catch (ArithmeticException e) {
            throw new JinjaFault(b == 0 ? "a division by zero" : "a number is too large");
        }
    }

    private static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    private static double real(Object value) {
        return value instanceof Double number ? number : Values.integer(value);
    }

    private static JinjaFault fault(String operator, Object left, Object right) {
        for (Object side : List.of(left, right)) {
            if (side instanceof Undefined undefined) {
                return undefined.fault();
            }
        }
        return new JinjaFault(
                "a %s cannot be %s a %s"
                        .formatted(
                                Values.type(left),
                                operator.length() > 2 ? operator : "put by " + operator + " to",
                                Values.type(right)));
    }
}

package dev.ila.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What stands after a point or in square brackets. */
final class Members {
    /** Python's names at lists and numbers that are methods there, and that nobody calls here. */
    private static final Set<String> OTHERS =
            Set.of(
                    "append",
                    "as_integer_ratio",
                    "bit_count",
                    "bit_length",
                    "clear",
                    "conjugate",
                    "copy",
                    "count",
                    "denominator",
                    "extend",
                    "from_bytes",
                    "fromhex",
                    "hex",
                    "imag",
                    "index",
                    "insert",
                    "is_integer",
                    "numerator",
                    "pop",
                    "real",
                    "remove",
                    "reverse",
                    "sort",
                    "to_bytes");

    private Members() {}

    /** {@code object.name}: a method before an element of that name. */
    static Object attribute(Object object, String name) {
        if (object instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (name.startsWith("_")) {
            throw JinjaFault.unknown("the attribute " + name);
        }
        if (object instanceof Namespace namespace) {
            return namespace.values().getOrDefault(name, new Undefined(name));
        }
        if (object instanceof Loop loop) {
            return loop.attribute(name);
        }
        if (object instanceof Map<?, ?> map) {
            return MapMethods.NAMES.contains(name)
                    ? MapMethods.bound(map, name)
                    : element(map, name);
        }
        if (object instanceof String text) {
            return TextMethods.NAMES.contains(name)
                    ? TextMethods.bound(text, name)
                    : new Undefined(name);
        }
        if (OTHERS.contains(name)
                || object instanceof Jinja.Function
                || object instanceof Safe
                || object instanceof View
                || object instanceof Once) {
            throw JinjaFault.unknown("." + name + " of a " + Values.type(object));
        }
        return new Undefined(name);
    }

    /** {@code object[key]}: an element before a method of that name. */
    static Object item(Object object, Object key) {
        if (object instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (object instanceof Map<?, ?> map && map.containsKey(key)) {
            return map.get(key);
        }
        if (object instanceof Safe || object instanceof Once) {
            throw JinjaFault.unknown("an element of a " + Values.type(object));
        }
        boolean ordered =
                object instanceof List
                        || object instanceof String
                        || object instanceof View view && view.indexed();
        if (ordered && (key instanceof Long || key instanceof Boolean)) {
            long size = Values.length(object);
            long index = Values.integer(key);
            long at = index < 0 ? index + size : index;
            return at < 0 || at >= size
                    ? new Undefined("element " + index)
                    : Values.elements(object).get((int) at);
        }
        return key instanceof String name ? attribute(object, name) : new Undefined("an element");
    }

    /**
     * {@code object[from:to:step]}.
     *
     * @param bounds two or three, of which any may be none
     */
    static Object slice(Object object, List<Object> bounds) {
        if (object instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (!(object instanceof List || object instanceof String)) {
            throw new JinjaFault("a " + Values.type(object) + " cannot be cut");
        }
        List<Object> all = Values.elements(object);
        Object third = bounds.size() > 2 ? bounds.get(2) : Nothing.NONE;
        long step = third == Nothing.NONE ? 1 : Values.integer(third);
        if (step == 0) {
            throw new JinjaFault("a slice cannot have steps of 0");
        }
        int size = all.size();
        long from = bound(bounds.get(0), step > 0 ? 0 : size - 1, size, step);
        long to = bound(bounds.get(1), step > 0 ? size : -1, size, step);
        List<Object> out = new ArrayList<>();
        for (long i = from; step > 0 ? i < to : i > to; i += step) {
            out.add(all.get((int) i));
        }
        if (object instanceof String) {
            return String.join("", out.stream().map(Values::string).toList());
        }
        return object instanceof Tuple ? new Tuple(out) : out;
    }

    private static long bound(Object bound, long standard, int size, long step) {
        if (bound == Nothing.NONE) {
            return standard;
        }
        long at = Values.integer(bound);
        at = at < 0 ? at + size : at;
        return step > 0 ? Math.max(0, Math.min(size, at)) : Math.max(-1, Math.min(size - 1, at));
    }

    private static Object element(Map<?, ?> map, String name) {
        return map.containsKey(name) ? map.get(name) : new Undefined(name);
    }
}

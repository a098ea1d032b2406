package dev.ila.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The functions that every template has. */
final class Globals {
    /** Longer ranges are refused by Jinja's sandbox, too. */
    private static final int LONGEST_RANGE = 100_000;

    static final Map<String, Object> ALL =
            Map.of(
                    "range",
                    (Jinja.Function) Globals::range,
                    "namespace",
                    (Jinja.Function) (args, named) -> new Namespace(map("namespace", args, named)),
                    "dict",
                    (Jinja.Function) (args, named) -> map("dict", args, named),
                    "lipsum",
                    refused("lipsum"),
                    "cycler",
                    refused("cycler"),
                    "joiner",
                    refused("joiner"));

    private Globals() {}

    private static Jinja.Function refused(String name) {
        return (args, named) -> {
            throw JinjaFault.unknown("the function " + name);
        };
    }

    private static Object range(List<Object> args, Map<String, Object> named) {
        List<Long> bounds =
                new Arguments(args, named)
                        .exactly("range", 1, 3).stream().map(Values::integer).toList();
        long from = bounds.size() == 1 ? 0 : bounds.get(0);
        long to = bounds.size() == 1 ? bounds.get(0) : bounds.get(1);
        long step = bounds.size() == 3 ? bounds.get(2) : 1;
        if (step == 0) {
            throw new JinjaFault("a range cannot have steps of 0");
        }
        List<Object> out = new ArrayList<>();
        for (long i = from; step > 0 ? i < to : i > to; i += step) {
            out.add(i);
            if (out.size() > LONGEST_RANGE) {
                throw new JinjaFault("a range is too long");
            }
        }
        return new View(out, true);
    }

    private static Map<String, Object> map(
            String what, List<Object> args, Map<String, Object> named) {
        Map<String, Object> out = new LinkedHashMap<>();
        for (Object given : new Arguments(args, Map.of()).exactly(what, 0, 1)) {
            if (!(given instanceof Map<?, ?> map)) {
                throw JinjaFault.unknown(what + " of a " + Values.type(given));
            }
            map.forEach((key, value) -> out.put(Values.string(key), value));
        }
        out.putAll(named);
        return out;
    }
}

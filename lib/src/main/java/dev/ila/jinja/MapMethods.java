package dev.ila.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Python's methods of dictionaries. */
final class MapMethods {
    /** All of Python's; those that change a map are refused, as by Jinja's sandbox. */
    static final Set<String> NAMES =
            Set.of(
                    "clear",
                    "copy",
                    "fromkeys",
                    "get",
                    "items",
                    "keys",
                    "pop",
                    "popitem",
                    "setdefault",
                    "update",
                    "values");

    private MapMethods() {}

    static Jinja.Function bound(Map<?, ?> map, String name) {
        return (places, named) -> {
            Arguments given = new Arguments(places, named);
            return switch (name) {
                case "get" -> get(map, given.exactly("get", 1, 2));
                case "items" -> new View(items(map), false);
                case "keys" -> new View(new ArrayList<>(map.keySet()), false);
                case "values" -> new View(new ArrayList<>(map.values()), false);
                default -> throw JinjaFault.unknown("the method " + name + " of a map");
            };
        };
    }

    /** Pairs of keys and values. */
    static List<Object> items(Map<?, ?> map) {
        List<Object> out = new ArrayList<>();
        map.forEach((key, value) -> out.add(new Tuple(List.of(key, value))));
        return out;
    }

    private static Object get(Map<?, ?> map, List<Object> given) {
        Object standard = given.size() > 1 ? given.get(1) : Nothing.NONE;
        return map.containsKey(given.get(0)) ? map.get(given.get(0)) : standard;
    }
}

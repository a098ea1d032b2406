package dev.ila.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a filter, a test or a function was called with.
 *
 * @param places arguments by place
 * @param named arguments by name
 */
record Arguments(List<Object> places, Map<String, Object> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    /**
     * Those that were given, by name.
     *
     * @param what was called, for messages
     * @param names all that there are, in their order
     */
    Map<String, Object> bind(String what, String... names) {
        if (places.size() > names.length) {
            throw new JinjaFault(what + " takes no " + places.size() + " arguments");
        }
        Map<String, Object> given = new LinkedHashMap<>();
        for (int i = 0; i < places.size(); i++) {
            given.put(names[i], places.get(i));
        }
        named.forEach(
                (name, value) -> {
                    if (!List.of(names).contains(name) || given.containsKey(name)) {
                        throw new JinjaFault(what + " takes no " + name);
                    }
                    given.put(name, value);
                });
        return given;
    }

    /** Those by place, at least and at most so many, and none by name. */
    List<Object> exactly(String what, int least, int most) {
        if (!named.isEmpty() || places.size() < least || places.size() > most) {
            throw new JinjaFault(what + " takes no such arguments");
        }
        return places;
    }
}

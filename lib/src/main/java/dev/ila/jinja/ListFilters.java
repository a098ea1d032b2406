package dev.ila.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Filters over the elements of a list. */
final class ListFilters {
    private ListFilters() {}

    static Object apply(String name, Object value, Arguments given) {
        return switch (name) {
            case "join" -> join(value, given.bind(name, "d", "attribute"));
            case "map" -> map(value, given);
            case "dictsort" -> dictsort(value, given);
            case "sort" -> sort(value, given);
            case "unique" -> unique(value, given);
            case "select" -> chosen(value, given, Function.identity(), 0, true);
            case "reject" -> chosen(value, given, Function.identity(), 0, false);
            default -> chosen(value, given, attribute(given), 1, name.equals("selectattr"));
        };
    }

    private static Function<Object, Object> attribute(Arguments given) {
        if (given.places().isEmpty()) {
            throw new JinjaFault("an attribute must be named");
        }
        return path(given.places().get(0));
    }

    /** An attribute, or one of an attribute's with a point between. */
    private static Function<Object, Object> path(Object name) {
        List<String> parts = List.of(Values.string(name).split("\\."));
        return element -> {
            Object value = element;
            for (String part : parts) {
                boolean number = !part.isEmpty() && part.chars().allMatch(Character::isDigit);
                value = Members.item(value, number ? Long.valueOf(part) : part);
            }
            return value;
        };
    }

    private static Object chosen(
            Object value, Arguments given, Function<Object, Object> of, int from, boolean wanted) {
        List<Object> places = given.exactly("a choice", from, Integer.MAX_VALUE);
        List<Object> out = new ArrayList<>();
        for (Object element : Values.elements(value)) {
            Object asked = of.apply(element);
            boolean yes =
                    places.size() == from
                            ? Values.isTrue(asked)
                            : Tests.apply(
                                    Values.string(places.get(from)),
                                    asked,
                                    new Arguments(
                                            places.subList(from + 1, places.size()), Map.of()));
            if (yes == wanted) {
                out.add(element);
            }
        }
        return new Once(out.iterator());
    }

    private static Object map(Object value, Arguments given) {
        List<Object> out = new ArrayList<>();
        if (given.places().isEmpty()) {
            Map<String, Object> named = given.bind("map", "attribute");
            if (!named.containsKey("attribute")) {
                throw new JinjaFault("map must be told a filter or an attribute");
            }
            Values.elements(value).stream().map(path(named.get("attribute"))).forEach(out::add);
        } else {
            String filter = Values.string(given.places().get(0));
            Arguments rest =
                    new Arguments(given.places().subList(1, given.places().size()), given.named());
            Values.elements(value).forEach(e -> out.add(Filters.apply(filter, e, rest)));
        }
        return new Once(out.iterator());
    }

    private static Object join(Object value, Map<String, Object> given) {
        List<Object> parts = Values.elements(value);
        if (given.containsKey("attribute")) {
            parts = parts.stream().map(path(given.get("attribute"))).toList();
        }
        return parts.stream()
                .map(Values::text)
                .collect(Collectors.joining(Values.text(given.getOrDefault("d", ""))));
    }

    private static Object dictsort(Object value, Arguments given) {
        given.exactly("dictsort", 0, 0);
        if (!(value instanceof Map<?, ?> map)) {
            throw new JinjaFault("a " + Values.type(value) + " is no map");
        }
        List<Object> items = MapMethods.items(map);
        items.sort(Comparator.comparing(i -> folded(((Tuple) i).get(0)), Operators::order));
        return items;
    }

    private static Object sort(Object value, Arguments given) {
        given.exactly("sort", 0, 0);
        List<Object> items = Values.elements(value);
        items.sort(Comparator.comparing(ListFilters::folded, Operators::order));
        return items;
    }

    private static Object unique(Object value, Arguments given) {
        given.exactly("unique", 0, 0);
        List<Object> out = new ArrayList<>();
        for (Object element : Values.elements(value)) {
            if (out.stream().noneMatch(o -> Operators.equal(folded(o), folded(element)))) {
                out.add(element);
            }
        }
        return new Once(out.iterator());
    }

    private static Object folded(Object value) {
        return value instanceof String text ? Texts.lower(text) : value;
    }
}

package dev.ila.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The arguments of a call, a filter or a test, as they were read.
 *
 * @param places arguments by place
 * @param named arguments by name
 */
record Called(List<Expr> places, Map<String, Expr> named) {
    static final Called NONE = new Called(List.of(), Map.of());

    /** Reads what stands in brackets, brackets included. */
    static Called read(Tokens tokens, Expressions expressions) {
        List<Expr> places = new ArrayList<>();
        Map<String, Expr> named = new LinkedHashMap<>();
        tokens.expectOperator("(");
        while (!tokens.skipOperator(")")) {
            if (!places.isEmpty() || !named.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.skipOperator(")")) {
                    break;
                }
            }
            if (tokens.skipOperator("*") || tokens.skipOperator("**")) {
                expressions.any();
                places.add(
                        scope -> {
                            throw JinjaFault.unknown("a list or map in place of arguments");
                        });
            } else if (tokens.isNamedArgument()) {
                String name = tokens.name();
                tokens.next();
                named.put(name, expressions.any());
            } else {
                places.add(expressions.any());
            }
        }
        return new Called(places, named);
    }

    /** Their values. */
    Arguments of(Scope scope) {
        Map<String, Object> values = new LinkedHashMap<>();
        named.forEach((name, value) -> values.put(name, value.of(scope)));
        return new Arguments(places.stream().map(p -> p.of(scope)).toList(), values);
    }
}

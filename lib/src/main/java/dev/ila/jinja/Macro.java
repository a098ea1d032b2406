package dev.ila.jinja;

import java.util.List;
import java.util.Map;

/**
 * A piece of a template that is called by its name.
 *
 * @param name of it
 * @param parameters each with what it is if not given
 * @param body what is written
 * @param around where it stands, whose names it knows
 */
record Macro(String name, Map<String, Expr> parameters, Node body, Scope around)
        implements Jinja.Function {
    @Override
    public Object call(List<Object> arguments, Map<String, Object> named) {
        Map<String, Object> given =
                new Arguments(arguments, named)
                        .bind("the macro " + name, parameters.keySet().toArray(String[]::new));
        Scope scope = around.inner();
        parameters.forEach(
                (parameter, standard) ->
                        scope.set(
                                parameter,
                                given.containsKey(parameter)
                                        ? given.get(parameter)
                                        : standard.of(scope)));
        StringBuilder out = new StringBuilder();
        body.run(scope, out);
        return out.toString();
    }
}

package dev.ila.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads texts, values and tags. */
final class Statements {
    private final Tokens tokens;
    private final Expressions expressions;

    Statements(Tokens tokens) {
        this.tokens = tokens;
        this.expressions = new Expressions(tokens);
    }

    /** The whole template. */
    Node all() {
        Node body = until();
        if (!tokens.isKind("end")) {
            throw new JinjaFault("the tag " + tokens.current().text() + " has no beginning")
                    .at(tokens.line());
        }
        return body;
    }

    /** All up to a tag of one of these names, which is then the current token. */
    private Node until(String... ends) {
        List<Node> nodes = new ArrayList<>();
        while (!tokens.isKind("end")) {
            Lexer.Token token = tokens.next();
            switch (token.kind()) {
                case "text" -> nodes.add(text(token.text()));
                case "value" -> nodes.add(located(token.line(), value()));
                default -> {
                    if (tokens.isName(ends) || tokens.isName("endfor", "endif", "endmacro")) {
                        return Node.sequence(nodes);
                    }
                    nodes.add(located(token.line(), tag()));
                }
            }
        }
        if (ends.length > 0) {
            throw new JinjaFault("the tag " + ends[ends.length - 1] + " is missing")
                    .at(tokens.line());
        }
        return Node.sequence(nodes);
    }

    private static Node text(String text) {
        return (scope, out) -> {
            out.append(text);
            return Node.Flow.NEXT;
        };
    }

    private static Node located(int line, Node node) {
        return (scope, out) -> {
            try {
                return node.run(scope, out);
            } catch (JinjaFault e) {
                throw e.at(line);
            }
        };
    }

    private Node value() {
        Expr value = expressions.tuple(true);
        tokens.close();
        return (scope, out) -> {
            out.append(Values.text(value.of(scope)));
            return Node.Flow.NEXT;
        };
    }

    private Node tag() {
        int line = tokens.line();
        String name = tokens.name();
        return switch (name) {
            case "if" -> choice();
            case "for" -> loop();
            case "set" -> assignment();
            case "macro" -> macro();
            case "generation" -> generation();
            case "break" -> leave(Node.Flow.BREAK);
            case "continue" -> leave(Node.Flow.CONTINUE);
            default -> throw JinjaFault.unknown("the tag " + name).at(line);
        };
    }

    private Node leave(Node.Flow flow) {
        tokens.close();
        return (scope, out) -> flow;
    }

    private Node choice() {
        Map<Expr, Node> cases = new LinkedHashMap<>();
        Expr test = expressions.tuple(true);
        tokens.close();
        cases.put(test, until("elif", "else", "endif"));
        while (tokens.skipName("elif")) {
            Expr next = expressions.tuple(true);
            tokens.close();
            cases.put(next, until("elif", "else", "endif"));
        }
        Node otherwise = otherwise("endif");
        return (scope, out) -> {
            for (Map.Entry<Expr, Node> one : cases.entrySet()) {
                if (Values.isTrue(one.getKey().of(scope))) {
                    return one.getValue().run(scope, out);
                }
            }
            return otherwise.run(scope, out);
        };
    }

    private Node otherwise(String end) {
        Node otherwise = Node.sequence(List.of());
        if (tokens.skipName("else")) {
            tokens.close();
            otherwise = until(end);
        }
        end(end);
        return otherwise;
    }

    private void end(String name) {
        tokens.expectName(name);
        tokens.close();
    }

    private Node loop() {
        Target target = target();
        tokens.expectName("in");
        Expr over = expressions.tuple(false);
        Expr only = tokens.skipName("if") ? expressions.any() : scope -> true;
        if (tokens.isName("recursive")) {
            throw JinjaFault.unknown("a recursive loop").at(tokens.line());
        }
        tokens.close();
        Node body = until("else", "endfor");
        Node otherwise = otherwise("endfor");
        return (scope, out) -> {
            List<Object> items = new ArrayList<>();
            for (Object item : Values.elements(over.of(scope))) {
                Scope alone = scope.inner();
                target.set(alone, item);
                if (Values.isTrue(only.of(alone))) {
                    items.add(item);
                }
            }
            if (items.isEmpty()) {
                return otherwise.run(scope.inner(), out);
            }
            Loop loop = new Loop(items);
            while (loop.next()) {
                Scope round = scope.inner();
                target.set(round, loop.item());
                round.set("loop", loop);
                if (body.run(round, out) == Node.Flow.BREAK) {
                    break;
                }
            }
            return Node.Flow.NEXT;
        };
    }

    private Node assignment() {
        Target target = target();
        if (tokens.skipOperator("=")) {
            Expr value = expressions.tuple(true);
            tokens.close();
            return (scope, out) -> {
                target.set(scope, value.of(scope));
                return Node.Flow.NEXT;
            };
        }
        Expr[] text = {scope -> scope.get("")};
        while (tokens.skipOperator("|")) {
            text[0] = expressions.filter(text[0]);
        }
        tokens.close();
        Node body = until("endset");
        end("endset");
        return (scope, out) -> {
            StringBuilder inner = new StringBuilder();
            body.run(scope.inner(), inner);
            Scope written = scope.inner();
            written.set("", inner.toString());
            target.set(scope, text[0].of(written));
            return Node.Flow.NEXT;
        };
    }

    private Node macro() {
        String name = tokens.name();
        Map<String, Expr> parameters = new LinkedHashMap<>();
        tokens.expectOperator("(");
        while (!tokens.skipOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            String parameter = tokens.name();
            parameters.put(
                    parameter,
                    tokens.skipOperator("=")
                            ? expressions.any()
                            : scope -> new Undefined(parameter));
        }
        tokens.close();
        Node body = until("endmacro");
        end("endmacro");
        return (scope, out) -> {
            scope.set(name, new Macro(name, parameters, body, scope));
            return Node.Flow.NEXT;
        };
    }

    /**
     * What an assistant says, marked for who asks; transformers writes it in a scope of its own.
     */
    private Node generation() {
        tokens.close();
        Node body = until("endgeneration");
        end("endgeneration");
        return (scope, out) -> {
            body.run(scope.inner(), out);
            return Node.Flow.NEXT;
        };
    }

    private Target target() {
        List<Target> targets = new ArrayList<>();
        boolean bracket = tokens.skipOperator("(");
        boolean several = false;
        do {
            String name = tokens.name();
            if (tokens.skipOperator(".")) {
                String attribute = tokens.name();
                targets.add((scope, value) -> setAttribute(scope.get(name), attribute, value));
            } else {
                targets.add((scope, value) -> scope.set(name, value));
            }
            several |= tokens.isOperator(",");
        } while (tokens.skipOperator(",") && tokens.isKind("name") && !tokens.isName("in"));
        if (bracket) {
            tokens.expectOperator(")");
        }
        return several ? unpacking(targets) : targets.get(0);
    }

    private static Target unpacking(List<Target> targets) {
        return (scope, value) -> {
            List<Object> values = Values.elements(value);
            if (values.size() != targets.size()) {
                throw new JinjaFault(
                        values.size() + " values do not fit " + targets.size() + " names");
            }
            for (int i = 0; i < values.size(); i++) {
                targets.get(i).set(scope, values.get(i));
            }
        };
    }

    private static void setAttribute(Object object, String attribute, Object value) {
        if (!(object instanceof Namespace namespace)) {
            throw new JinjaFault("an attribute can be set of a namespace alone");
        }
        namespace.values().put(attribute, value);
    }

    /** What takes a value. */
    @FunctionalInterface
    private interface Target {
        void set(Scope scope, Object value);
    }
}

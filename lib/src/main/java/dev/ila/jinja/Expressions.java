package dev.ila.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads expressions, by Jinja's own order of precedence. */
final class Expressions {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<String> OPERANDS = Set.of("name", "string", "integer", "float");

    private final Tokens tokens;

    Expressions(Tokens tokens) {
        this.tokens = tokens;
    }

    /**
     * One expression, or several with commas between.
     *
     * @param conditional whether an {@code if} belongs to it
     */
    Expr tuple(boolean conditional) {
        Expr first = conditional ? any() : or();
        if (!tokens.isOperator(",")) {
            return first;
        }
        List<Expr> all = new ArrayList<>(List.of(first));
        while (tokens.skipOperator(",")) {
            if (tokens.isKind("close") || tokens.isOperator(")") || tokens.isOperator("=")) {
                break;
            }
            all.add(conditional ? any() : or());
        }
        return scope -> new Tuple(all.stream().map(e -> e.of(scope)).toList());
    }

    /** One expression. */
    Expr any() {
        Expr value = or();
        while (tokens.skipName("if")) {
            Expr yes = value;
            Expr test = or();
            Expr no =
                    tokens.skipName("else")
                            ? any()
                            : scope -> new Undefined("the other side of a choice");
            value = scope -> (Values.isTrue(test.of(scope)) ? yes : no).of(scope);
        }
        return value;
    }

    private Expr or() {
        Expr left = and();
        while (tokens.skipName("or")) {
            Expr first = left;
            Expr second = and();
            left =
                    scope -> {
                        Object value = first.of(scope);
                        return Values.isTrue(value) ? value : second.of(scope);
                    };
        }
        return left;
    }

    private Expr and() {
        Expr left = not();
        while (tokens.skipName("and")) {
            Expr first = left;
            Expr second = not();
            left =
                    scope -> {
                        Object value = first.of(scope);
                        return Values.isTrue(value) ? second.of(scope) : value;
                    };
        }
        return left;
    }

    private Expr not() {
        if (tokens.skipName("not")) {
            Expr value = not();
            return scope -> !Values.isTrue(value.of(scope));
        }
        return comparison();
    }

    private Expr comparison() {
        Expr first = sum();
        List<String> operators = new ArrayList<>();
        List<Expr> others = new ArrayList<>();
        while (true) {
            if (tokens.isKind("operator") && COMPARISONS.contains(tokens.current().text())) {
                operators.add(tokens.next().text());
            } else if (tokens.skipName("in")) {
                operators.add("in");
            } else if (tokens.areNames("not", "in")) {
                tokens.next();
                tokens.next();
                operators.add("not in");
            } else {
                break;
            }
            others.add(sum());
        }
        if (operators.isEmpty()) {
            return first;
        }
        return scope -> {
            Object left = first.of(scope);
            for (int i = 0; i < operators.size(); i++) {
                Object right = others.get(i).of(scope);
                if (!Operators.compare(operators.get(i), left, right)) {
                    return false;
                }
                left = right;
            }
            return true;
        };
    }

    private Expr sum() {
        Expr left = joined();
        while (tokens.isOperator("+") || tokens.isOperator("-")) {
            left = binary(tokens.next().text(), left, joined());
        }
        return left;
    }

    private Expr joined() {
        Expr left = product();
        while (tokens.skipOperator("~")) {
            Expr first = left;
            Expr second = product();
            left = scope -> Values.text(first.of(scope)) + Values.text(second.of(scope));
        }
        return left;
    }

    private Expr product() {
        Expr left = power();
        while (tokens.isOperator("*")
                || tokens.isOperator("/")
                || tokens.isOperator("//")
                || tokens.isOperator("%")) {
            left = binary(tokens.next().text(), left, power());
        }
        return left;
    }

    private Expr power() {
        Expr value = signed(true);
        if (tokens.isOperator("**")) {
            throw JinjaFault.unknown("the operator **").at(tokens.line());
        }
        return value;
    }

    private static Expr binary(String operator, Expr left, Expr right) {
        return scope -> Operators.apply(operator, left.of(scope), right.of(scope));
    }

    private Expr signed(boolean filtered) {
        Expr value;
        if (tokens.skipOperator("-")) {
            Expr inner = signed(false);
            value = scope -> Operators.apply("-", 0L, inner.of(scope));
        } else if (tokens.skipOperator("+")) {
            Expr inner = signed(false);
            value = scope -> Operators.apply("+", 0L, inner.of(scope));
        } else {
            value = postfix(new Literals(tokens, this).primary());
        }
        return filtered ? filters(postfix(value)) : value;
    }

    private Expr postfix(Expr start) {
        Expr value = start;
        while (true) {
            Expr base = value;
            if (tokens.skipOperator(".")) {
                value = attribute(base);
            } else if (tokens.skipOperator("[")) {
                value = subscript(base);
            } else if (tokens.isOperator("(")) {
                value = call(base);
            } else {
                return value;
            }
        }
    }

    private Expr attribute(Expr base) {
        if (tokens.isKind("integer")) {
            Object index = Long.parseLong(tokens.next().text());
            return scope -> Members.item(base.of(scope), index);
        }
        String name = tokens.name();
        return scope -> Members.attribute(base.of(scope), name);
    }

    private Expr subscript(Expr base) {
        List<Expr> bounds = new ArrayList<>();
        boolean slice = false;
        Expr bound = scope -> Nothing.NONE;
        while (!tokens.skipOperator("]")) {
            if (tokens.skipOperator(":")) {
                slice = true;
                bounds.add(bound);
                bound = scope -> Nothing.NONE;
            } else {
                bound = any();
                if (!tokens.isOperator(":") && !tokens.isOperator("]")) {
                    throw tokens.unexpected("']'");
                }
            }
        }
        Expr last = bound;
        if (!slice) {
            return scope -> Members.item(base.of(scope), last.of(scope));
        }
        bounds.add(last);
        return scope ->
                Members.slice(base.of(scope), bounds.stream().map(b -> b.of(scope)).toList());
    }

    private Expr call(Expr function) {
        Called called = Called.read(tokens, this);
        return scope -> {
            Object target = function.of(scope);
            if (target instanceof Jinja.Function callable) {
                Arguments given = called.of(scope);
                return callable.call(given.places(), given.named());
            }
            throw target instanceof Undefined undefined
                    ? undefined.fault()
                    : new JinjaFault("a " + Values.type(target) + " is no function");
        };
    }

    private Expr filters(Expr start) {
        Expr value = start;
        while (true) {
            if (tokens.skipOperator("|")) {
                value = filter(value);
            } else if (tokens.skipName("is")) {
                value = test(value);
            } else if (tokens.isOperator("(")) {
                value = call(value);
            } else {
                return value;
            }
        }
    }

    /** A filter's name and arguments, after the bar. */
    Expr filter(Expr value) {
        String name = tokens.name();
        Called called = tokens.isOperator("(") ? Called.read(tokens, this) : Called.NONE;
        return scope -> Filters.apply(name, value.of(scope), called.of(scope));
    }

    private Expr test(Expr value) {
        boolean not = tokens.skipName("not");
        String name = tokens.name();
        Called called = Called.NONE;
        if (tokens.isOperator("(")) {
            called = Called.read(tokens, this);
        } else if ((OPERANDS.contains(tokens.current().kind())
                        || tokens.isOperator("[")
                        || tokens.isOperator("{"))
                && !tokens.isName("else", "or", "and")) {
            called = new Called(List.of(postfix(new Literals(tokens, this).primary())), Map.of());
        }
        Called given = called;
        return scope -> not != Tests.apply(name, value.of(scope), given.of(scope));
    }
}

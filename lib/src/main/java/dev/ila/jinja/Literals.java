package dev.ila.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what expressions are made of: names, numbers, texts, lists and maps. */
final class Literals {
    private static final Map<String, Object> CONSTANTS =
            Map.of(
                    "true",
                    true,
                    "True",
                    true,
                    "false",
                    false,
                    "False",
                    false,
                    "none",
                    Nothing.NONE,
                    "None",
                    Nothing.NONE);

    private static final Pattern ESCAPE =
            Pattern.compile(
                    "\\\\(?:(\\n)|([\\\\'\"abfnrtv])"
                            + "|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})"
                            + "|([0-7]{1,3})|(N\\{))");

    private static final String LETTERS = "\\'\"abfnrtv";
    private static final String MEANT = "\\'\"\u0007\b\f\n\r\t\u000B";

    private final Tokens tokens;
    private final Expressions expressions;

    Literals(Tokens tokens, Expressions expressions) {
        this.tokens = tokens;
        this.expressions = expressions;
    }

    Expr primary() {
        Lexer.Token token = tokens.current();
        switch (token.kind()) {
            case "name":
                tokens.next();
                Object constant = CONSTANTS.get(token.text());
                return constant == null ? s -> s.get(token.text()) : s -> constant;
            case "string":
                String text = strings();
                return s -> text;
            case "integer":
                return number(tokens.next());
            case "float":
                double real = Double.parseDouble(tokens.next().text().replace("_", ""));
                return s -> real;
            default:
                return bracketed();
        }
    }

    private static Expr number(Lexer.Token token) {
        String digits = token.text().replace("_", "");
        if (!digits.matches("[0-9]{1,18}")) {
            throw JinjaFault.unknown("the number " + digits).at(token.line());
        }
        long value = Long.parseLong(digits);
        return s -> value;
    }

    private Expr bracketed() {
        if (tokens.skipOperator("(")) {
            if (tokens.skipOperator(")")) {
                return s -> new Tuple(List.of());
            }
            Expr inner = expressions.tuple(true);
            tokens.expectOperator(")");
            return inner;
        }
        if (tokens.skipOperator("[")) {
            return list();
        }
        if (tokens.skipOperator("{")) {
            return map();
        }
        throw tokens.unexpected("a value");
    }

    private Expr list() {
        List<Expr> all = new ArrayList<>();
        while (!tokens.skipOperator("]")) {
            all.add(expressions.any());
            if (!tokens.skipOperator(",") && !tokens.isOperator("]")) {
                throw tokens.unexpected("','");
            }
        }
        return s -> new ArrayList<>(all.stream().map(e -> e.of(s)).toList());
    }

    private Expr map() {
        Map<Expr, Expr> all = new LinkedHashMap<>();
        while (!tokens.skipOperator("}")) {
            Expr key = expressions.any();
            tokens.expectOperator(":");
            all.put(key, expressions.any());
            if (!tokens.skipOperator(",") && !tokens.isOperator("}")) {
                throw tokens.unexpected("','");
            }
        }
        return s -> {
            Map<Object, Object> values = new LinkedHashMap<>();
            all.forEach((key, value) -> values.put(key.of(s), value.of(s)));
            return values;
        };
    }

    /** Texts side by side are one. */
    private String strings() {
        StringBuilder out = new StringBuilder();
        while (tokens.isKind("string")) {
            Lexer.Token token = tokens.next();
            String inner = token.text().substring(1, token.text().length() - 1);
            Matcher escape = ESCAPE.matcher(inner);
            int at = 0;
            while (escape.find(at)) {
                out.append(inner, at, escape.start()).append(meant(escape, token));
                at = escape.end();
            }
            out.append(inner.substring(at));
        }
        return out.toString();
    }

    private static String meant(Matcher escape, Lexer.Token token) {
        if (escape.group(1) != null) {
            return "";
        }
        if (escape.group(2) != null) {
            return String.valueOf(MEANT.charAt(LETTERS.indexOf(escape.group(2))));
        }
        if (escape.group(7) != null) {
            throw JinjaFault.unknown("a character's name in a text").at(token.line());
        }
        if (escape.group(6) != null) {
            return Character.toString(Integer.parseInt(escape.group(6), 8));
        }
        for (int group = 3; group < 5; group++) {
            if (escape.group(group) != null) {
                return Character.toString(Integer.parseInt(escape.group(group), 16));
            }
        }
        return Character.toString(Integer.parseUnsignedInt(escape.group(5), 16));
    }
}

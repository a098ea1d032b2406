package dev.ila.jinja;

import java.util.List;

/** The pieces of a template, read from first to last. */
final class Tokens {
    private final List<Lexer.Token> all;
    private int at;

    Tokens(List<Lexer.Token> all) {
        this.all = all;
    }

    Lexer.Token current() {
        return all.get(at);
    }

    int line() {
        return current().line();
    }

    /** The current one, and goes on. */
    Lexer.Token next() {
        return all.get(at == all.size() - 1 ? at : at++);
    }

    boolean isKind(String kind) {
        return current().kind().equals(kind);
    }

    boolean isOperator(String text) {
        return isKind("operator") && current().text().equals(text);
    }

    boolean isName(String... names) {
        return isKind("name") && List.of(names).contains(current().text());
    }

    /** Whether the current and the next are these two names. */
    boolean areNames(String first, String second) {
        return isName(first)
                && all.get(at + 1).kind().equals("name")
                && all.get(at + 1).text().equals(second);
    }

    /** Whether the current name is given a value, as an argument is. */
    boolean isNamedArgument() {
        return isKind("name") && all.get(at + 1).text().equals("=");
    }

    boolean skipOperator(String text) {
        boolean there = isOperator(text);
        at += there ? 1 : 0;
        return there;
    }

    boolean skipName(String name) {
        boolean there = isName(name);
        at += there ? 1 : 0;
        return there;
    }

    void expectOperator(String text) {
        if (!skipOperator(text)) {
            throw unexpected("'" + text + "'");
        }
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw unexpected("'" + name + "'");
        }
    }

    String name() {
        return expect("name", "a name").text();
    }

    void close() {
        expect("close", "the end of the tag");
    }

    JinjaFault unexpected(String wanted) {
        String found = isKind("close") || isKind("end") ? "an end" : "'" + current().text() + "'";
        return new JinjaFault(wanted + " must follow, but is: " + found).at(line());
    }

    private Lexer.Token expect(String kind, String wanted) {
        if (!isKind(kind)) {
            throw unexpected(wanted);
        }
        return next();
    }
}

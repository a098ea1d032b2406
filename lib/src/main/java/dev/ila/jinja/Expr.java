package dev.ila.jinja;

/** An expression that has been read. */
@FunctionalInterface
interface Expr {
    /** Its value where names stand for what the scope says. */
    Object of(Scope scope);
}

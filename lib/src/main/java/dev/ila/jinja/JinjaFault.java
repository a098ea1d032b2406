package dev.ila.jinja;

/** A template that cannot be rendered: not Jinja, with a part that is not there, or at fault. */
public final class JinjaFault extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;
    private final String what;
    private final int line;

    /** A fault whose place is not known yet. */
    JinjaFault(String what) {
        this(what, 0);
    }

    private JinjaFault(String what, int line) {
        super(line == 0 ? what : "line " + line + ": " + what);
        this.what = what;
        this.line = line;
    }

    /** A part of Jinja or Python that this library does not have. */
    static JinjaFault unknown(String part) {
        return new JinjaFault(part + " is not known here");
    }

    /** The same at a line, unless it has one: the innermost is the nearest. */
    JinjaFault at(int number) {
        return line > 0 ? this : new JinjaFault(what, number);
    }

    /** What is wrong, in a few words. */
    public String what() {
        return what;
    }

    /** The template's line, counted from 1. */
    public int line() {
        return line;
    }
}

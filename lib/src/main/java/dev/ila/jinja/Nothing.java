package dev.ila.jinja;

/** Python's {@code None}, which is a value. */
enum Nothing {
    NONE
}

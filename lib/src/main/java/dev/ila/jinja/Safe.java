package dev.ila.jinja;

/**
 * What the filter {@code safe} gives. It is written like any text; but added to one, Python would
 * escape that, so nothing else is done with it here.
 *
 * @param text as it is written
 */
record Safe(String text) {}

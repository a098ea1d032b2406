package dev.ila.jinja;

import java.util.Iterator;

/**
 * Python's generator: gives its elements once, is true even if it has none, and has no length.
 *
 * @param elements not taken yet
 */
record Once(Iterator<?> elements) {}

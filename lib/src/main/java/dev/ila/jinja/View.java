package dev.ila.jinja;

import java.util.List;

/**
 * Elements that Python does not keep as a list: a range, or what a map has in it.
 *
 * @param elements in order
 * @param indexed whether one can be asked for by its place, as of a range
 */
record View(List<Object> elements, boolean indexed) {}

package dev.ila.jinja;

import java.util.Map;

/**
 * Jinja's way out of a loop's scope: attributes that can be set from within.
 *
 * @param values of the attributes, changed in place
 */
record Namespace(Map<String, Object> values) {}

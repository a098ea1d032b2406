package dev.ila.jinja;

/**
 * What a name stands for that nothing was given to: empty where it is written or asked, a fault
 * where it is computed with.
 *
 * @param name for messages
 */
record Undefined(String name) {
    JinjaFault fault() {
        return new JinjaFault("'" + name + "' is undefined");
    }
}

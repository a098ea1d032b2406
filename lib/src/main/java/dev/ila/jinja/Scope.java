package dev.ila.jinja;

import java.util.HashMap;
import java.util.Map;

/** What names stand for: those set here, then those of the scope around. */
final class Scope {
    private final Scope around;
    private final Map<String, Object> values;

    /** The outermost. */
    Scope(Map<String, Object> values) {
        this.around = this;
        this.values = values;
    }

    /** One within another; what is set here is not seen there. */
    Scope(Scope around, Map<String, Object> values) {
        this.around = around;
        this.values = values;
    }

    Scope inner() {
        return new Scope(this, new HashMap<>());
    }

    Object get(String name) {
        Scope at = this;
        while (!at.values.containsKey(name)) {
            if (at == at.around) {
                return new Undefined(name);
            }
            at = at.around;
        }
        return at.values.get(name);
    }

    void set(String name, Object value) {
        values.put(name, value);
    }
}

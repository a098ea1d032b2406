package dev.ila.jinja;

import java.util.List;

/** A piece of a template that has been read: text, a value, or a tag with all up to its end. */
@FunctionalInterface
interface Node {
    /** Writes it, and says how to go on. */
    Flow run(Scope scope, StringBuilder out);

    /** The same pieces one after the other, up to the first that leaves the loop or its round. */
    static Node sequence(List<Node> nodes) {
        List<Node> all = List.copyOf(nodes);
        return (scope, out) -> {
            for (Node node : all) {
                Flow flow = node.run(scope, out);
                if (flow != Flow.NEXT) {
                    return flow;
                }
            }
            return Flow.NEXT;
        };
    }

    /** How rendering goes on. */
    enum Flow {
        NEXT,
        CONTINUE,
        BREAK
    }
}

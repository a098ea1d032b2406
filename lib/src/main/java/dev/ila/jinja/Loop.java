package dev.ila.jinja;

import java.util.List;

/** What a template can ask of the loop that it is in. */
final class Loop {
    private final List<Object> items;
    private int index = -1;

    /** Before its first round. */
    Loop(List<Object> items) {
        this.items = items;
    }

    /** Goes on to the next round, if there is one. */
    boolean next() {
        index++;
        return index < items.size();
    }

    Object item() {
        return items.get(index);
    }

    Object attribute(String name) {
        int size = items.size();
        return switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "revindex" -> (long) size - index;
            case "revindex0" -> size - index - 1L;
            case "first" -> index == 0;
            case "last" -> index == size - 1;
            case "length" -> (long) size;
            case "previtem" ->
                    index > 0 ? items.get(index - 1) : new Undefined("there is no previous item");
            case "nextitem" ->
                    index < size - 1
                            ? items.get(index + 1)
                            : new Undefined("there is no next item");
            default -> throw JinjaFault.unknown("loop." + name);
        };
    }
}

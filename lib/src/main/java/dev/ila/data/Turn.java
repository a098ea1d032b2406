package dev.ila.data;

import java.util.Objects;

/**
 * One message of a conversation.
 *
 * @param role {@code system}, {@code user} or {@code assistant}
 * @param content the text, as in the file
 */
public record Turn(String role, String content) {
    /** Checks that both parts are there. */
    public Turn {
        Objects.requireNonNull(role, "role");
        Objects.requireNonNull(content, "content");
    }
}

package dev.ila.data;

import java.nio.file.Files;
import java.nio.file.Path;

/** What a slower tier of tests reads, named by an environment variable. */
final class Tier {
    private Tier() {}

    /** The path that a variable names; a test that needs it fails without. */
    static Path path(String variable) {
        String value = System.getenv(variable);
        if (value == null || !Files.exists(Path.of(value))) {
            throw new IllegalStateException(
                    variable
                            + " must be an existing path for this tier of tests, but is: "
                            + value);
        }
        return Path.of(value);
    }
}

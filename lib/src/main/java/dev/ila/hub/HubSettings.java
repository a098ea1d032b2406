package dev.ila.hub;

import dev.ila.run.Failure;
import dev.ila.run.Require;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the hub and its cache are, from the environment variables of Python's {@code
 * huggingface_hub}.
 *
 * @param endpoint the hub's address without a slash at its end
 * @param cache the directory that holds a folder for each repository
 * @param token what the hub knows its user by
 * @param offline whether nothing may be asked of the hub
 * @param links whether a snapshot's files are symbolic links, where the system has them
 */
public record HubSettings(
        URI endpoint, Path cache, Optional<String> token, boolean offline, boolean links) {
    /** The hub's own address. */
    static final String HUB = "https://huggingface.co";

    private static final String OLD_OFFLINE = "TRANSFORMERS_OFFLINE";
    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{(\\w+)}|(\\w+))");

    /** Checks the address and that the token can stand in a request. */
    public HubSettings {
        boolean web = Set.of("http", "https").contains(String.valueOf(endpoint.getScheme()));
        Require.that(
                web && endpoint.getHost() != null && !endpoint.toString().endsWith("/"),
                endpoint,
                "HF_ENDPOINT",
                "the address of a hub");
        // The token itself stands in no message.
        boolean plain =
                token.stream().flatMapToInt(String::chars).allMatch(c -> c > ' ' && c < 127);
        Require.that(plain, "other text", "HF_TOKEN", "one word of letters, digits and signs");
    }

    /** The settings of this process. */
    public static HubSettings current() {
        return fromEnvironment(System.getenv());
    }

    /**
     * Reads {@code HF_ENDPOINT}, {@code HF_HOME}, {@code HF_HUB_CACHE}, {@code HF_TOKEN}, {@code
     * HF_TOKEN_PATH}, {@code HF_HUB_OFFLINE}, {@code HF_HUB_DISABLE_SYMLINKS} and {@code
     * XDG_CACHE_HOME}, and the older names of some; an empty one counts as not set.
     *
     * @throws UncheckedIOException if the file with the token cannot be read
     */
    public static HubSettings fromEnvironment(Map<String, String> environment) {
        Environment e = new Environment(environment);
        Path home =
                e.path("HF_HOME")
                        .orElseGet(
                                () ->
                                        e.path("XDG_CACHE_HOME")
                                                .orElse(Path.of(e.home(), ".cache"))
                                                .resolve("huggingface"));
        Path cache =
                e.path("HF_HUB_CACHE")
                        .or(() -> e.path("HUGGINGFACE_HUB_CACHE"))
                        .orElse(home.resolve("hub"));
        Optional<String> token =
                e.text("HF_TOKEN")
                        .or(() -> e.text("HUGGING_FACE_HUB_TOKEN"))
                        .or(() -> stored(e.path("HF_TOKEN_PATH").orElse(home.resolve("token"))));
        return new HubSettings(
                address(e.text("HF_ENDPOINT").orElse(HUB).replaceFirst("/+$", "")),
                cache.toAbsolutePath().normalize(),
                token,
                e.truth(e.text("HF_HUB_OFFLINE").isPresent() ? "HF_HUB_OFFLINE" : OLD_OFFLINE),
                !e.truth("HF_HUB_DISABLE_SYMLINKS"));
    }

    private static URI address(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "HF_ENDPOINT must be the address of a hub, but is: " + text, e);
        }
    }

    private static Optional<String> stored(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readString(file).strip()).filter(t -> !t.isEmpty());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s could not be read: %s; set HF_TOKEN or HF_TOKEN_PATH"
                            .formatted(file, Failure.reason(e)),
                    e);
        }
    }

    /** Without the token. */
    @Override
    public String toString() {
        String who = token.isPresent() ? "a token" : "no token";
        return "%s, %s, %s%s".formatted(endpoint, cache, who, offline ? ", offline" : "");
    }

    private record Environment(Map<String, String> variables) {
        Optional<String> text(String name) {
            return Optional.ofNullable(variables.get(name))
                    .map(String::strip)
                    .filter(t -> !t.isEmpty());
        }

        boolean truth(String name) {
            return text(name)
                    .map(t -> t.toUpperCase(Locale.ROOT))
                    .filter(TRUE::contains)
                    .isPresent();
        }

        String home() {
            String name = File.separatorChar == '\\' ? "USERPROFILE" : "HOME";
            return text(name).orElseGet(() -> System.getProperty("user.home"));
        }

        /** With {@code ~} and variables expanded, as a shell would. */
        Optional<Path> path(String name) {
            return text(name)
                    .map(t -> t.matches("~([/\\\\].*)?") ? home() + t.substring(1) : t)
                    .map(t -> VARIABLE.matcher(t).replaceAll(this::value))
                    .map(Path::of);
        }

        private String value(MatchResult m) {
            String name = m.group(1) == null ? m.group(2) : m.group(1);
            return Matcher.quoteReplacement(variables.getOrDefault(name, m.group()));
        }
    }
}

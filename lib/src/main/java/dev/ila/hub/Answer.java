package dev.ila.hub;

import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** What a server answered; its body comes while it is read. */
record Answer(HttpResponse<Body> response) implements AutoCloseable {
    int status() {
        return response.statusCode();
    }

    Body body() {
        return response.body();
    }

    URI address() {
        return response.uri();
    }

    Optional<String> header(String name) {
        return response.headers().firstValue(name).map(String::strip);
    }

    OptionalLong number(String name) {
        return header(name)
                .filter(v -> v.matches("\\d{1,18}"))
                .map(v -> OptionalLong.of(Long.parseLong(v)))
                .orElse(OptionalLong.empty());
    }

    /** Where the answer is to be had instead. */
    Optional<URI> redirect() {
        boolean redirect = status() / 100 == 3 && status() != 304;
        // Some signed addresses have characters that no address may have.
        return (redirect ? header("Location") : Optional.<String>empty())
                .map(to -> address().resolve(Addresses.escape(to)));
    }

    /** The name of the content: the hub's own, or the server's without marks. */
    Optional<String> etag() {
        return linkedEtag()
                .or(() -> header("ETag"))
                .map(e -> e.replaceFirst("^W/", "").replace("\"", ""))
                .filter(e -> e.matches("[A-Za-z0-9_][A-Za-z0-9_.+=-]*"));
    }

    Optional<String> linkedEtag() {
        return header("X-Linked-Etag");
    }

    /** How long the server wants to be left alone; the hub says it by a header of its own. */
    Optional<Duration> retryAfter() {
        Optional<String> limit = header("RateLimit").filter(l -> status() == 429);
        return header("Retry-After")
                .or(() -> limit.map(l -> l.replaceFirst(".*;\\s*t=(\\d+).*", "$1")))
                .filter(s -> s.matches("\\d{1,9}"))
                .map(s -> Duration.ofSeconds(Long.parseLong(s)));
    }

    @Override
    public void close() {
        body().close();
    }
}

package dev.ila.hub;

import com.google.gson.JsonParseException;
import dev.ila.run.Version;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** The hub's protocol: what a repository has, what a file is, and its bytes. */
final class HubClient {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final int REDIRECTS = 10;
    private static final int RANGE_REFUSED = 416;

    /**
     * What the hub says of a file without sending it.
     *
     * @param etag that names its content in the cache
     * @param bytes its size, where the hub says
     */
    record Head(String etag, OptionalLong bytes) {}

    /** Takes the bytes of a file. */
    interface Sink {
        /** Bytes that are there, and need not come again. */
        long position();

        /** Drops all bytes: the server begins again. */
        void restart();

        /** Takes the next piece of a body, and says whether there was one. */
        boolean take(Body body) throws IOException, InterruptedException;
    }

    /** One for all: each has a thread of its own, that lives as long. */
    private static final class Shared {
        private static final HttpClient CLIENT =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(CONNECT)
                        .build();
    }

    private final HubSettings settings;
    private final Patience patience;
    private final Addresses addresses;
    private final HubErrors errors;

    HubClient(HubSettings settings, Patience patience) {
        this.settings = settings;
        this.patience = patience;
        this.addresses = new Addresses(settings.endpoint());
        this.errors = new HubErrors(settings);
    }

    /**
     * The repository's commit and files.
     *
     * @param tries before the failure is told; fewer where the cache could answer as well
     */
    HubSnapshot list(HubId id, int tries) throws InterruptedException {
        Patience.Tries left = patience.tries(tries).new Tries();
        while (true) {
            try (Answer answer = ask(id, "", "GET", addresses.list(id), left)) {
                return Listing.answered(id, answer.body().text());
            } catch (JsonParseException e) {
                throw errors.strange("its answer is no list of files", e);
            } catch (IOException e) {
                left.failed(errors.unreachable(e), Optional.empty());
            }
        }
    }

    /** What the file is. */
    Head head(HubId id, String commit, String path) throws InterruptedException {
        URI address = addresses.file(id, commit, path);
        try (Answer answer = ask(id, path, "HEAD", address, patience.new Tries())) {
            boolean other =
                    answer.header("X-Repo-Commit").filter(c -> !c.equals(commit)).isPresent();
            String etag = answer.etag().filter(e -> !other).orElse("");
            if (etag.isEmpty()) {
                throw errors.strange(
                        "the answer for %s has no ETag of this commit".formatted(path), null);
            }
            OptionalLong linked = answer.number("X-Linked-Size");
            boolean last = answer.redirect().isEmpty();
            return new Head(
                    etag, linked.isPresent() || !last ? linked : answer.number("Content-Length"));
        }
    }

    /** Has the sink take all bytes of a file that it has not. */
    void read(HubId id, String commit, String path, Sink sink) throws InterruptedException {
        Patience.Tries left = patience.new Tries();
        // Each try asks the hub: the address that it redirects to holds for some minutes only.
        URI address = addresses.file(id, commit, path);
        while (true) {
            try (Answer answer = ask(id, path, "GET", address, sink.position(), left)) {
                boolean resumed = answer.status() == 206 && continues(answer, sink.position());
                if (sink.position() > 0 && !resumed) {
                    sink.restart();
                }
                if (answer.status() == RANGE_REFUSED || answer.status() == 206 && !resumed) {
                    throw new HubErrors.Broken("the server has other bytes than before");
                }
                while (sink.take(answer.body())) {
                    left.progress();
                }
                return;
            } catch (IOException e) {
                left.failed(errors.unreachable(e), Optional.empty());
            }
        }
    }

    private static boolean continues(Answer answer, long position) {
        return answer.header("Content-Range").orElse("").startsWith("bytes " + position + "-");
    }

    private Answer ask(HubId id, String path, String method, URI address, Patience.Tries left)
            throws InterruptedException {
        return ask(id, path, method, address, 0, left);
    }

    /** An answer that is no failure, after as many tries as are left. */
    private Answer ask(
            HubId id, String path, String method, URI address, long from, Patience.Tries left)
            throws InterruptedException {
        while (true) {
            try {
                Answer answer = follow(method, address, from);
                int status = answer.status();
                if (status < 400 || status == RANGE_REFUSED && from > 0) {
                    return answer;
                }
                answer.close();
                // Elsewhere than at the hub, 403 means that the address has expired.
                boolean expired = status == 403 && !addresses.own(answer.address());
                if (!expired && status != 408 && status != 429 && status < 500) {
                    throw errors.refused(id, path, answer);
                }
                left.failed(errors.busy(answer), answer.retryAfter());
            } catch (IOException e) {
                if (path.isEmpty() && HubErrors.isNoHost(e)) {
                    // At the very first question: more of them would only take time.
                    throw errors.unreachable(e);
                }
                left.failed(errors.unreachable(e), Optional.empty());
            }
        }
    }

    private Answer follow(String method, URI first, long from)
            throws IOException, InterruptedException {
        URI address = first;
        for (int i = 0; i <= REDIRECTS; i++) {
            Answer answer = send(method, address, from);
            Optional<URI> next = answer.redirect();
            boolean told = answer.linkedEtag().isPresent() && method.equals("HEAD");
            if (next.isEmpty() || told && !addresses.own(next.get())) {
                return answer;
            }
            answer.close();
            address = next.get();
        }
        throw new HubErrors.Broken("there are more than " + REDIRECTS + " redirects");
    }

    private Answer send(String method, URI address, long from)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .timeout(patience.silence())
                        .header("User-Agent", "ila/" + Version.current())
                        .header("Accept-Encoding", "identity");
        if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
        }
        if (addresses.own(address)) {
            settings.token().ifPresent(t -> request.header("Authorization", "Bearer " + t));
        }
        return new Answer(
                Shared.CLIENT.send(request.build(), info -> new Body(patience.silence())));
    }
}

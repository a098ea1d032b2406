package dev.ila.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A hub on this machine that answers as the real one does. Its large files are on a second server,
 * as the hub's are on its CDN: what is redirected there leaves the hub's origin.
 */
public final class LoopbackHub implements AutoCloseable {
    /** What was asked of either server. */
    record Request(boolean hub, String method, String path, String token, String range) {
        static Request of(boolean hub, HttpExchange e) {
            return new Request(
                    hub,
                    e.getRequestMethod(),
                    e.getRequestURI().getPath(),
                    e.getRequestHeaders().getFirst("Authorization"),
                    e.getRequestHeaders().getFirst("Range"));
        }

        @Override
        public String toString() {
            return method + " " + path + (range == null ? "" : " " + range);
        }
    }

    /** What a server does once instead of its answer. */
    interface Fault {
        void answer(HttpExchange e) throws IOException;
    }

    private final HttpServer hub = server(true);
    private final HttpServer cdn = server(false);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, LoopbackRepository> repositories = new ConcurrentHashMap<>();
    private final Map<String, String> renamed = new ConcurrentHashMap<>();
    private final Map<String, Deque<Fault>> faults = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    /** Starts both servers. */
    public LoopbackHub() throws IOException {
        hub.setExecutor(threads);
        cdn.setExecutor(threads);
        hub.start();
        cdn.start();
    }

    private HttpServer server(boolean own) throws IOException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0);
        HttpServer server = HttpServer.create(any, 0);
        server.createContext(
                "/",
                e -> {
                    requests.add(Request.of(own, e));
                    try (e) {
                        answer(own, e);
                    }
                });
        return server;
    }

    /** The hub's address. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + hub.getAddress().getPort());
    }

    /** Serves a repository from now on. */
    public LoopbackRepository add(LoopbackRepository repository) {
        repositories.put(repository.key(), repository);
        return repository;
    }

    void rename(String from, String to) {
        renamed.put(from, to);
    }

    /** The next requests whose method and path contain {@code what} get these instead. */
    void fail(String what, Fault... next) {
        faults.put(what, new ArrayDeque<>(List.of(next)));
    }

    List<Request> requests() {
        return requests;
    }

    /** How often a file's bytes were asked for, from its start or from within. */
    long reads(String content) {
        return requests.stream()
                .filter(r -> r.method().equals("GET") && r.path().endsWith(content))
                .count();
    }

    private void answer(boolean own, HttpExchange e) throws IOException {
        String line = e.getRequestMethod() + " " + e.getRequestURI().getPath();
        for (Map.Entry<String, Deque<Fault>> entry : faults.entrySet()) {
            Fault fault = line.contains(entry.getKey()) ? entry.getValue().poll() : null;
            if (fault != null) {
                fault.answer(e);
                return;
            }
        }
        if (own) {
            hub(e);
        } else {
            String hash = e.getRequestURI().getPath().substring(1);
            for (LoopbackRepository r : repositories.values()) {
                Optional<byte[]> content = r.large(hash);
                if (content.isPresent()) {
                    LoopbackAnswers.bytes(e, content.get(), hash);
                    return;
                }
            }
            LoopbackAnswers.error(e, 404, "", "");
        }
    }

    private void hub(HttpExchange e) throws IOException {
        String path = e.getRequestURI().getPath();
        for (Map.Entry<String, String> r : renamed.entrySet()) {
            if (path.contains("/" + r.getKey() + "/")) {
                String to = e.getRequestURI().toString().replace(r.getKey(), r.getValue());
                LoopbackAnswers.redirect(e, 307, to);
                return;
            }
        }
        for (LoopbackRepository r : repositories.values()) {
            if (path.contains(r.address())) {
                String token = e.getRequestHeaders().getFirst("Authorization");
                if (r.secret().isEmpty() || ("Bearer " + r.secret().get()).equals(token)) {
                    repository(e, r, path);
                    return;
                }
            }
        }
        boolean anonymous = e.getRequestHeaders().getFirst("Authorization") == null;
        if (anonymous) {
            LoopbackAnswers.error(e, 401, "", "Invalid username or password.");
        } else {
            LoopbackAnswers.error(e, 404, "RepoNotFound", "Repository not found");
        }
    }

    private void repository(HttpExchange e, LoopbackRepository r, String path) throws IOException {
        if (path.startsWith("/api/resolve-cache/")) {
            String file = path.substring(path.indexOf(r.commit()) + 41);
            e.getResponseHeaders().set("X-Repo-Commit", r.commit());
            LoopbackAnswers.bytes(e, r.files().get(file), r.hash(file));
            return;
        }
        String[] words =
                path.substring(path.indexOf(r.address()) + r.address().length()).split("/", 3);
        // A revision with slashes comes as one word: its slashes are escaped.
        String[] raw = e.getRequestURI().getRawPath().split(words[0] + "/", 2)[1].split("/", 2);
        if (!r.revisions().contains(raw[0].replace("%2F", "/"))) {
            LoopbackAnswers.error(e, 404, "RevisionNotFound", "Invalid rev id: " + raw[0]);
        } else if (words[0].equals("revision")) {
            LoopbackAnswers.json(e, r.info("blobs=true".equals(e.getRequestURI().getQuery())));
        } else if (words[0].equals("tree")) {
            LoopbackAnswers.json(e, r.tree());
        } else {
            resolve(e, r, URI.create(raw[1]).getPath());
        }
    }

    private void resolve(HttpExchange e, LoopbackRepository r, String file) throws IOException {
        if (r.gated()) {
            boolean anonymous = e.getRequestHeaders().getFirst("Authorization") == null;
            String said = "Access to model " + r.name() + " is restricted.";
            LoopbackAnswers.error(e, anonymous ? 401 : 403, "GatedRepo", said);
        } else if (!r.files().containsKey(file)) {
            e.getResponseHeaders().set("X-Repo-Commit", r.commit());
            LoopbackAnswers.error(e, 404, "EntryNotFound", "Entry not found");
        } else {
            String hash = r.hash(file);
            e.getResponseHeaders().set("X-Repo-Commit", r.commit());
            e.getResponseHeaders().set("X-Linked-Etag", '"' + hash + '"');
            e.getResponseHeaders().set("X-Linked-Size", "" + r.files().get(file).length);
            if (r.isLarge(file)) {
                String to = "http://127.0.0.1:%d/%s?Expires=1&name=\"%s\"";
                LoopbackAnswers.redirect(
                        e, 302, to.formatted(cdn.getAddress().getPort(), hash, file));
            } else {
                String to = "/api/resolve-cache%s%s/%s?etag=%%22%s%%22";
                LoopbackAnswers.redirect(
                        e, 307, to.formatted(r.page(), r.commit(), encode(file), hash));
            }
        }
    }

    private static String encode(String file) {
        return file.replace(" ", "%20");
    }

    /** Goes out of reach: connections are refused from now on. */
    @Override
    public void close() {
        hub.stop(0);
        cdn.stop(0);
        threads.shutdownNow();
    }

    static Map<String, Object> map(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }
}

package dev.ila.hub;

import com.google.gson.Gson;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Single answers, good and bad. */
final class LoopbackAnswers {
    private LoopbackAnswers() {}

    static void json(HttpExchange e, Object value) throws IOException {
        e.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
        send(e, 200, new Gson().toJson(value).getBytes(StandardCharsets.UTF_8));
    }

    static void redirect(HttpExchange e, int status, String to) throws IOException {
        e.getResponseHeaders().set("Location", to);
        send(e, status, ("Redirecting to " + to).getBytes(StandardCharsets.UTF_8));
    }

    static void error(HttpExchange e, int status, String code, String said) throws IOException {
        if (!code.isEmpty()) {
            e.getResponseHeaders().set("X-Error-Code", code);
        }
        e.getResponseHeaders().set("X-Error-Message", said);
        send(e, status, new Gson().toJson(LoopbackHub.map("error", said)).getBytes());
    }

    /** A file's content, or the part of it that the request's range names. */
    static void bytes(HttpExchange e, byte[] content, String hash) throws IOException {
        e.getResponseHeaders().set("ETag", '"' + hash + '"');
        e.getResponseHeaders().set("Accept-Ranges", "bytes");
        String range = e.getRequestHeaders().getFirst("Range");
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-.*", "$1"));
        if (from > 0 && from >= content.length) {
            e.getResponseHeaders().set("Content-Range", "bytes */" + content.length);
            send(e, 416, new byte[0]);
        } else if (range != null) {
            e.getResponseHeaders()
                    .set(
                            "Content-Range",
                            "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
            send(e, 206, Arrays.copyOfRange(content, from, content.length));
        } else {
            send(e, 200, content);
        }
    }

    static void send(HttpExchange e, int status, byte[] body) throws IOException {
        if (e.getRequestMethod().equals("HEAD")) {
            e.getResponseHeaders().set("Content-Length", "" + body.length);
            e.sendResponseHeaders(status, -1);
            return;
        }
        e.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        try (OutputStream out = e.getResponseBody()) {
            out.write(body);
        }
    }

    /** An error of the server itself. */
    static LoopbackHub.Fault status(int status) {
        return e -> send(e, status, "out of order".getBytes());
    }

    /** Too many requests. */
    static LoopbackHub.Fault tooMany(int seconds) {
        return e -> {
            e.getResponseHeaders().set("Retry-After", "" + seconds);
            send(e, 429, new byte[0]);
        };
    }

    /** The first bytes of a content, then the connection's end. */
    static LoopbackHub.Fault cut(byte[] content, int from, int to) {
        return e -> {
            if (from > 0) {
                e.getResponseHeaders()
                        .set(
                                "Content-Range",
                                "bytes %d-%d/%d"
                                        .formatted(from, content.length - 1, content.length));
            }
            e.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
            // Not closed: a stream that closes early would make up the rest.
            OutputStream out = e.getResponseBody();
            out.write(content, from, to - from);
            out.flush();
        };
    }

    /** The first bytes of a content, then silence. */
    static LoopbackHub.Fault silence(byte[] content, int to, long millis) {
        return e -> {
            cut(content, 0, to).answer(e);
            try {
                Thread.sleep(millis);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /** All of another content, whatever the range. */
    static LoopbackHub.Fault other(byte[] content) {
        return e -> send(e, 200, content);
    }
}

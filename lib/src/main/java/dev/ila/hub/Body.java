package dev.ila.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The body of an answer, taken piece by piece by the thread that asked. Java's own stream waits for
 * ever for a server that falls silent, and an interrupt does not end its wait.
 */
final class Body implements HttpResponse.BodySubscriber<Body>, AutoCloseable {
    private record Piece(List<ByteBuffer> bytes, Throwable failure, boolean last) {}

    private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
    private final Duration silence;

    Body(Duration silence) {
        this.silence = silence;
    }

    @Override
    public CompletionStage<Body> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription s) {
        subscription.complete(s);
        s.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> bytes) {
        pieces.add(new Piece(bytes, null, false));
    }

    @Override
    public void onError(Throwable failure) {
        pieces.add(new Piece(List.of(), failure, true));
    }

    @Override
    public void onComplete() {
        pieces.add(new Piece(List.of(), null, true));
    }

    /**
     * Writes the next piece.
     *
     * @return bytes that were written; -1 at the end
     * @throws IOException if the connection was cut or nothing came for too long
     */
    int next(OutputStream out) throws IOException, InterruptedException {
        Piece piece = pieces.poll(silence.toMillis(), TimeUnit.MILLISECONDS);
        if (piece == null) {
            throw new HttpTimeoutException("nothing came for " + silence.toSeconds() + " s");
        }
        if (piece.failure() != null) {
            throw new IOException(piece.failure());
        }
        if (piece.last()) {
            return -1;
        }
        int written = 0;
        for (ByteBuffer b : piece.bytes()) {
            byte[] bytes = new byte[b.remaining()];
            b.get(bytes);
            out.write(bytes);
            written += bytes.length;
        }
        subscription.join().request(1);
        return written;
    }

    /** All of it as text. */
    String text() throws IOException, InterruptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        while (next(out) >= 0) {
            // The loop's condition does the work.
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Wants no more of it. */
    @Override
    public void close() {
        subscription.thenAccept(Flow.Subscription::cancel);
    }
}

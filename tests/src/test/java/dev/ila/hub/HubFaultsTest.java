package dev.ila.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.run.Hash;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network that fails costs what was under way, and never a wrong byte. */
class HubFaultsTest {
    private static final String FILE = "model.safetensors";

    @TempDir Path cache;
    private LoopbackHub server;
    private byte[] content;
    private String hash;

    @BeforeEach
    void start() throws Exception {
        server = new LoopbackHub();
        LoopbackRepository tiny = server.add(Quick.tiny());
        content = tiny.files().get(FILE);
        hash = tiny.hash(FILE);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Path fetch() {
        return Quick.hub(Quick.settings(server, cache)).snapshot(Quick.MODEL, FILE::equals);
    }

    private Path part() {
        return cache.resolve("models--org--tiny/blobs/" + hash + ".ila-incomplete");
    }

    /** Leaves what a killed download leaves. */
    private void leave(byte[] bytes) throws Exception {
        Files.createDirectories(part().getParent());
        Files.write(part(), bytes);
    }

    private void assertRight() throws Exception {
        assertArrayEquals(content, Files.readAllBytes(fetch().resolve(FILE)));
        assertFalse(Files.exists(part()), "the part has become the blob");
    }

    private List<String> ranges() {
        return server.requests().stream().filter(r -> !r.hub()).map(r -> "" + r.range()).toList();
    }

    @Test
    void aBusyServerIsAskedAgain() throws Exception {
        server.fail("GET /api/models", LoopbackAnswers.status(503), LoopbackAnswers.status(500));
        server.fail("HEAD /org/tiny", LoopbackAnswers.status(502));
        server.fail("GET /" + hash, LoopbackAnswers.status(503), LoopbackAnswers.status(403));
        assertRight();
    }

    @Test
    void aServerThatNamesATimeIsLeftAloneUntilThen() throws Exception {
        server.fail("GET /api/models", LoopbackAnswers.tooMany(1));
        long start = System.nanoTime();
        assertRight();
        assertTrue(System.nanoTime() - start >= 1_000_000_000L);
    }

    @Test
    void aServerThatStaysBusyIsToldAfterFiveTries() {
        LoopbackHub.Fault busy = LoopbackAnswers.status(503);
        server.fail("GET /api/models", busy, busy, busy, busy, busy, busy);
        Quick.fails(
                UncheckedIOException.class,
                "127.0.0.1 must answer, but says: 503, out of order; try again later",
                this::fetch);
        assertEquals(5, server.requests().size());
        server.fail(
                "GET /api/models",
                e -> {
                    e.getResponseHeaders().set("RateLimit", "\"api\";r=0;t=172");
                    LoopbackAnswers.send(e, 429, new byte[0]);
                });
        Quick.fails(
                UncheckedIOException.class,
                "127.0.0.1 must answer, but says: 429, too many requests; try again later, or set"
                        + " HF_TOKEN, which is allowed more",
                this::fetch);
    }

    @Test
    void aConnectionThatIsCutGoesOnWhereItWas() throws Exception {
        server.fail(
                "GET /" + hash,
                LoopbackAnswers.cut(content, 0, 100_000),
                LoopbackAnswers.cut(content, 100_000, 200_000));
        assertRight();
        assertEquals(List.of("null", "bytes=100000-", "bytes=200000-"), ranges());
    }

    @Test
    void aConnectionThatFallsSilentIsACutOne() throws Exception {
        server.fail("GET /" + hash, LoopbackAnswers.silence(content, 100_000, 3_000));
        assertRight();
        assertEquals(List.of("null", "bytes=100000-"), ranges());
    }

    @Test
    void oneThatGetsNoFurtherIsTold() throws Exception {
        LoopbackHub.Fault cut = LoopbackAnswers.cut(content, 100_000, 100_000);
        server.fail("GET /" + hash, LoopbackAnswers.cut(content, 0, 100_000), cut, cut, cut, cut);
        Quick.fails(
                UncheckedIOException.class,
                server.endpoint()
                        + " could not be reached: the connection was cut; check the network and"
                        + " HF_ENDPOINT, or name a directory of this machine",
                this::fetch);
        assertEquals(100_000, Files.size(part()), "what came is kept");
        assertRight();
        assertEquals("bytes=100000-", ranges().get(5));
    }

    @Test
    void aKilledDownloadGoesOn() throws Exception {
        leave(Arrays.copyOf(content, 123_456));
        assertRight();
        assertEquals(List.of("bytes=123456-"), ranges());
    }

    @Test
    void oneKilledBeforeItsLastStepReadsNothingMore() throws Exception {
        leave(content);
        assertRight();
        assertEquals(List.of(), ranges());
    }

    @Test
    void aServerWithoutRangesBeginsAgain() throws Exception {
        leave(Arrays.copyOf(content, 123_456));
        server.fail("GET /" + hash, LoopbackAnswers.other(content));
        assertRight();
    }

    @Test
    void aRangeThatIsRefusedBeginsAgain() throws Exception {
        leave(Arrays.copyOf(content, 123_456));
        server.fail("GET /" + hash, LoopbackAnswers.status(416));
        assertRight();
        assertEquals(List.of("bytes=123456-", "null"), ranges());
    }

    @Test
    void aPartOfOtherBytesIsFoundAndDropped() throws Exception {
        leave(LoopbackRepository.bytes(123_456, 99));
        assertRight();
        assertEquals(List.of("bytes=123456-", "null"), ranges());
        leave(LoopbackRepository.bytes(content.length + 1, 99));
        Files.delete(cache.resolve("models--org--tiny/blobs/" + hash));
        assertRight();
        assertEquals("null", ranges().get(2), "of more bytes than the file has none is used");
    }

    @Test
    void wrongBytesAreFetchedOnceMoreAndThenTold() throws Exception {
        byte[] wrong = content.clone();
        wrong[5]++;
        server.fail("GET /" + hash, LoopbackAnswers.other(wrong), LoopbackAnswers.other(wrong));
        Quick.fails(
                UncheckedIOException.class,
                "org/tiny: %s must have the hash %s, but has: %s; the hub's copy or the network is"
                                .formatted(FILE, hash, Hash.sha256(wrong))
                        + " at fault: try again later",
                this::fetch);
        assertEquals(List.of("null", "null"), ranges());
        assertFalse(Files.exists(part()));
        server.fail("GET /" + hash, LoopbackAnswers.other(wrong));
        assertRight();
    }

    @Test
    void aSmallFilesBytesAreCheckedToo() {
        LoopbackHub.Fault wrong = LoopbackAnswers.other("{\"hidden_size\": 9}".getBytes());
        server.fail("GET /api/resolve-cache", wrong, wrong);
        Hub hub = Quick.hub(Quick.settings(server, cache));
        String message =
                assertThrows(
                                UncheckedIOException.class,
                                () -> hub.snapshot(Quick.MODEL, "config.json"::equals))
                        .getMessage();
        String right = Quick.tiny().hash("config.json");
        assertTrue(
                message.startsWith("org/tiny: config.json must have the hash " + right), message);
    }

    @Test
    void anInterruptStopsAtOnceAndKeepsThePart() throws Exception {
        server.fail("GET /" + hash, LoopbackAnswers.silence(content, 100_000, 3_000));
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                fetch();
                            } catch (RuntimeException e) {
                                end.complete(Thread.interrupted() ? e : null);
                            }
                        });
        thread.start();
        while (!Files.exists(part()) || Files.size(part()) < 100_000) {
            Thread.sleep(5);
        }
        thread.interrupt();
        Throwable told = end.get(1, TimeUnit.SECONDS);
        assertEquals(
                "the download of org/tiny was interrupted; the next one goes on from there",
                told.getMessage());
        assertTrue(told.getCause() instanceof InterruptedIOException);
        assertRight();
        assertEquals(List.of("null", "bytes=100000-"), ranges());
    }

    @Test
    void aFullDiskIsToldBeforeItIsFull() {
        byte[] list =
                """
                {"sha": "%s", "siblings": [{"rfilename": "%s", "size": 400000000000000000}]}
                """
                        .formatted(Quick.COMMIT, FILE)
                        .getBytes();
        server.fail("GET /api/models", LoopbackAnswers.other(list));
        String message = assertThrows(UncheckedIOException.class, this::fetch).getMessage();
        String start = "free space for the cache %s must be 400000000.0 GB, but is: ";
        assertTrue(message.startsWith(start.formatted(cache)), message);
        assertTrue(message.endsWith(" GB; free some or set HF_HOME to another disk"), message);
        assertEquals(1, server.requests().size());
    }

    @Test
    void aLogInPageIsNoHub() {
        server.fail("GET /api/models", LoopbackAnswers.other("<html>Log in</html>".getBytes()));
        Quick.fails(
                UncheckedIOException.class,
                server.endpoint()
                        + " must answer as a Hugging Face hub, but does not: its answer is no list"
                        + " of files; check the network and HF_ENDPOINT",
                this::fetch);
    }

    @Test
    void noNetworkIsTold() throws Exception {
        server.close();
        Quick.fails(
                UncheckedIOException.class,
                server.endpoint()
                        + " could not be reached: the connection is refused; check the network and"
                        + " HF_ENDPOINT, or name a directory of this machine",
                this::fetch);
    }
}

package dev.ila.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may read what, what is told to whom may not, and who sees the token. */
class HubAccessTest {
    private static final String TOKEN = "hf_tokenOfTheTest";

    @TempDir Path cache;
    private LoopbackHub server;
    private Hub anonymous;
    private Hub known;

    @BeforeEach
    void start() throws Exception {
        server = new LoopbackHub();
        HubSettings settings = Quick.settings(server, cache);
        anonymous = Quick.hub(settings);
        known = Quick.hub(Quick.withToken(settings, TOKEN));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static void refused(String message, Hub hub, String name) {
        HubId id = HubId.parse(HubId.Kind.MODEL, name).orElseThrow();
        Quick.fails(IllegalArgumentException.class, message, () -> hub.model(id));
    }

    @Test
    void aMissingRepositoryMayBeAPrivateOne() {
        String start = "model must be a repository of " + server.endpoint() + ", but is: org/none ";
        refused(
                start + "(it does not exist, or it is private and HF_TOKEN must be set)",
                anonymous,
                "org/none");
        refused(
                start + "(it does not exist, or the account of your token may not read it)",
                known,
                "org/none");
        assertEquals(2, server.requests().size(), "nothing is tried again");
    }

    @Test
    void aGatedOneNamesThePageThatOpensIt() {
        server.add(Quick.tiny().closed());
        String start =
                "model must be one that you have access to, but is: org/tiny, which is gated;";
        String page = server.endpoint() + "/org/tiny";
        refused(start + " ask for access on " + page + " and set HF_TOKEN", anonymous, "org/tiny");
        refused(
                start + " the account of your token has no access; ask for it on " + page,
                known,
                "org/tiny");
    }

    @Test
    void aTokenThatTheHubDoesNotKnowIsTold() {
        LoopbackHub.Fault fault =
                e ->
                        LoopbackAnswers.error(
                                e, 401, "", "Invalid credentials in Authorization header");
        server.fail("GET /api", fault);
        refused(
                "the token of HF_TOKEN or of the token file must be one that "
                        + server.endpoint()
                        + " knows, but is: refused; make a new one on the hub's page of settings,"
                        + " or use none",
                known,
                "org/tiny");
    }

    @Test
    void aMissingRevisionIsToldEvenIfTheCacheHasAnother() {
        server.add(Quick.tiny());
        anonymous.model(Quick.MODEL);
        refused(
                "revision must be a branch, a tag or a commit of org/tiny, but is: v9",
                anonymous,
                "org/tiny@v9");
    }

    @Test
    void aMissingFileIsTold() {
        server.add(Quick.tiny());
        server.fail(
                "HEAD /org/tiny", e -> LoopbackAnswers.error(e, 404, "EntryNotFound", "not found"));
        refused("file must be one of org/tiny, but is: config.json", anonymous, "org/tiny");
    }

    @Test
    void anyOtherRefusalIsToldAsTheHubSaysIt() {
        LoopbackHub.Fault fault =
                e -> LoopbackAnswers.error(e, 403, "", "Access to this resource is disabled.");
        server.fail("GET /api", fault);
        Quick.fails(
                UncheckedIOException.class,
                "org/tiny must be readable on "
                        + server.endpoint()
                        + ", but is: refused with status 403 (Access to this resource is"
                        + " disabled.)",
                () -> anonymous.model(Quick.MODEL));
    }

    @Test
    void theTokenGoesToTheHubAlone() {
        server.add(Quick.tiny().withSecret(TOKEN));
        known.model(Quick.MODEL);
        List<LoopbackHub.Request> asked = server.requests();
        assertTrue(asked.stream().anyMatch(r -> !r.hub()));
        for (LoopbackHub.Request r : asked) {
            assertEquals(r.hub() ? "Bearer " + TOKEN : null, r.token(), r.toString());
        }
    }

    @Test
    void aRenamedRepositoryIsFollowed() throws Exception {
        LoopbackRepository tiny = server.add(Quick.tiny());
        server.rename("old/name", "org/tiny");
        HubId old = HubId.parse(HubId.Kind.MODEL, "old/name@v1.0").orElseThrow();
        Path directory = anonymous.model(old);
        assertEquals(
                tiny.files().get("model.safetensors").length,
                Files.size(directory.resolve("model.safetensors")));
        Path folder = cache.resolve("models--old--name");
        assertTrue(directory.startsWith(folder));
        assertEquals(Quick.COMMIT, Files.readString(folder.resolve("refs/v1.0")));
    }

    @Test
    void redirectsWithoutEndAreTold() {
        server.rename("org/tiny", "org/tiny");
        Quick.fails(
                UncheckedIOException.class,
                server.endpoint()
                        + " could not be reached: there are more than 10 redirects; check the"
                        + " network and HF_ENDPOINT, or name a directory of this machine",
                () -> anonymous.model(Quick.MODEL));
    }

    @Test
    void aListWithAFileOutsideIsRefused() {
        String list = "{\"sha\": \"%s\", \"siblings\": [{\"rfilename\": \"../../x\"}]}";
        byte[] answer = list.formatted(Quick.COMMIT).getBytes();
        server.fail("GET /api", LoopbackAnswers.other(answer));
        refused(
                "file of a repository must be a path inside it, but is: ../../x",
                anonymous,
                "org/tiny");
        assertFalse(Files.exists(cache.resolve("x")));
    }
}

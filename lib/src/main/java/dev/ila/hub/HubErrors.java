package dev.ila.hub;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;

/** What the hub's refusals mean, and what to do. The token is in no message. */
record HubErrors(HubSettings settings) {
    /** A failure of network or disk of which Java has no exception. */
    static UncheckedIOException failure(String message) {
        return new UncheckedIOException(message, new IOException(message));
    }

    /** An answer that cannot be used, in words. */
    static final class Broken extends IOException {
        Broken(String message) {
            super(message);
        }
    }

    /** The repository is there, the revision is not: what the cache has would be another. */
    static final class NoRevision extends IllegalArgumentException {
        private NoRevision(String message) {
            super(message);
        }
    }

    /**
     * An answer that another try would not change.
     *
     * @param path of the file that was asked for; empty for the repository itself
     */
    RuntimeException refused(HubId id, String path, Answer answer) {
        String code = answer.header("X-Error-Code").orElse("");
        int status = answer.status();
        String said = answer.header("X-Error-Message").orElse("");
        if (code.equals("RevisionNotFound")) {
            return new NoRevision(
                    "revision must be a branch, a tag or a commit of %s, but is: %s"
                            .formatted(id.name(), id.branch()));
        }
        if (code.equals("GatedRepo")) {
            return gated(id);
        }
        boolean unknown = status == 401 && settings.token().isPresent() && code.isEmpty();
        if (unknown || said.startsWith("Invalid credentials")) {
            return new IllegalArgumentException(
                    "the token of HF_TOKEN or of the token file must be one that %s knows, but is:"
                                    .formatted(settings.endpoint())
                            + " refused; make a new one on the hub's page of settings, or use none");
        }
        boolean noRepository = code.equals("RepoNotFound") || status == 401;
        if (!noRepository && !path.isEmpty() && status == 404) {
            return new IllegalArgumentException(
                    "file must be one of %s, but is: %s".formatted(id, path));
        }
        if (noRepository || status == 404) {
            return missing(id);
        }
        return failure(
                "%s must be readable on %s, but is: refused with status %d%s"
                        .formatted(
                                id,
                                settings.endpoint(),
                                status,
                                said.isEmpty() ? "" : " (" + line(said) + ")"));
    }

    private RuntimeException missing(HubId id) {
        String remedy =
                settings.token().isPresent()
                        ? "it does not exist, or the account of your token may not read it"
                        : "it does not exist, or it is private and HF_TOKEN must be set";
        return new IllegalArgumentException(
                "%s must be a repository of %s, but is: %s (%s)"
                        .formatted(id.kind().label(), settings.endpoint(), id.name(), remedy));
    }

    private RuntimeException gated(HubId id) {
        String page = new Addresses(settings.endpoint()).page(id);
        String remedy =
                settings.token().isPresent()
                        ? "the account of your token has no access; ask for it on " + page
                        : "ask for access on " + page + " and set HF_TOKEN";
        return new IllegalArgumentException(
                "%s must be one that you have access to, but is: %s, which is gated; %s"
                        .formatted(id.kind().label(), id.name(), remedy));
    }

    /** An answer that may be another one later. */
    RuntimeException busy(Answer answer) {
        boolean many = answer.status() == 429;
        String token =
                settings.token().isPresent() ? "" : ", or set HF_TOKEN, which is allowed more";
        return failure(
                "%s must answer, but says: %d, %s; try again later%s"
                        .formatted(
                                answer.address().getHost(),
                                answer.status(),
                                many ? "too many requests" : "out of order",
                                many ? token : ""));
    }

    /** No answer, or one that was cut. */
    RuntimeException unreachable(IOException e) {
        return new UncheckedIOException(
                "%s could not be reached: %s; check the network and HF_ENDPOINT, or name a directory"
                                .formatted(settings.endpoint(), reason(e))
                        + " of this machine",
                e);
    }

    /** An answer that no hub would give, as that of a network's log-in page. */
    RuntimeException strange(String what, Exception cause) {
        return new UncheckedIOException(
                "%s must answer as a Hugging Face hub, but does not: %s; check the network and"
                                .formatted(settings.endpoint(), what)
                        + " HF_ENDPOINT",
                new IOException(cause));
    }

    /** The cache has not what was asked for, and the hub may not or cannot be asked. */
    RuntimeException absent(HubId id, String what) {
        boolean offline = settings.offline();
        return new IllegalArgumentException(
                "%s must be in the cache while %s, but is: missing in %s; %s"
                        .formatted(
                                id + what,
                                offline
                                        ? "HF_HUB_OFFLINE is set"
                                        : settings.endpoint() + " gives no list of its files",
                                settings.cache(),
                                offline
                                        ? "unset it once, or copy the cache of another machine"
                                        : "check the network, HF_ENDPOINT and HF_TOKEN"));
    }

    /** The thread was interrupted; it is again. */
    static RuntimeException interrupted(HubId id, InterruptedException e) {
        Thread.currentThread().interrupt();
        String what =
                "the download of %s was interrupted; the next one goes on from there".formatted(id);
        return new UncheckedIOException(
                what, (IOException) new InterruptedIOException().initCause(e));
    }

    /** Whether the host's name stands for no machine, or nobody could be asked for it. */
    static boolean isNoHost(IOException e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof UnresolvedAddressException || t instanceof UnknownHostException) {
                return true;
            }
        }
        return false;
    }

    private static String reason(IOException e) {
        if (isNoHost(e)) {
            return "there is no such host";
        }
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof SSLException) {
                return "the connection cannot be trusted (" + line(t.getMessage()) + ")";
            }
        }
        if (e instanceof HttpTimeoutException) {
            return "no answer in time";
        }
        if (e instanceof ConnectException) {
            return "the connection is refused";
        }
        // Java tells a cut connection in a dozen ways; what we say ourselves is a Broken.
        return e instanceof Broken ? e.getMessage() : "the connection was cut";
    }

    private static String line(String text) {
        String one = String.valueOf(text).replaceAll("\\s+", " ").strip();
        return one.length() > 200 ? one.substring(0, 200) + "…" : one;
    }
}

package dev.ila.hub;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Addresses of the hub's interface.
 *
 * @param endpoint the hub's own
 */
record Addresses(URI endpoint) {
    private static final Pattern ILLEGAL =
            Pattern.compile("[^A-Za-z0-9\\-._~:/?#\\[\\]@!$&'()*+,;=%]");

    /** What a repository's revision is and has. */
    URI list(HubId id) {
        return URI.create(
                "%s/api/%s/%s/revision/%s?blobs=true"
                        .formatted(endpoint, id.kind().plural(), id.name(), encode(id.branch())));
    }

    /** A file of a commit. */
    URI file(HubId id, String commit, String path) {
        String encoded =
                Arrays.stream(path.split("/"))
                        .map(Addresses::encode)
                        .collect(Collectors.joining("/"));
        return URI.create("%s/resolve/%s/%s".formatted(page(id), commit, encoded));
    }

    /** A repository's page for people. */
    String page(HubId id) {
        return endpoint + "/" + id.kind().page() + id.name();
    }

    /** Whether an address belongs to the hub, which alone may see the token. */
    boolean own(URI address) {
        return origin(address).equals(origin(endpoint));
    }

    private static String origin(URI address) {
        boolean secure = "https".equalsIgnoreCase(address.getScheme());
        int port = address.getPort() >= 0 ? address.getPort() : secure ? 443 : 80;
        return "%s://%s:%d"
                .formatted(address.getScheme(), address.getHost(), port)
                .toLowerCase(Locale.ROOT);
    }

    /** With all that no address may have escaped. */
    static String escape(String address) {
        Matcher illegal = ILLEGAL.matcher(address);
        return illegal.replaceAll(m -> Matcher.quoteReplacement(encode(m.group())));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}

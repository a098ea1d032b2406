package dev.ila.hub;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * A repository of {@link LoopbackHub}, at one commit.
 *
 * @param revisions that lead to the commit
 * @param secret token without which it is not there
 * @param gated whether its files are refused to everybody
 */
public record LoopbackRepository(
        HubId.Kind kind,
        String name,
        String commit,
        Map<String, byte[]> files,
        Set<String> revisions,
        Optional<String> secret,
        boolean gated) {
    /** The commit of a repository that is made anew. */
    public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    private static final Map<byte[], String> HASHES =
            Collections.synchronizedMap(new IdentityHashMap<>());

    /** At one commit, open to all. */
    public static LoopbackRepository of(HubId.Kind kind, String name, Map<String, byte[]> files) {
        return new LoopbackRepository(
                kind,
                name,
                COMMIT,
                new TreeMap<>(files),
                Set.of("main", "v1.0", "refs/convert/parquet", COMMIT),
                Optional.empty(),
                false);
    }

    static LoopbackRepository model(String name, Map<String, byte[]> files) {
        return of(HubId.Kind.MODEL, name, files);
    }

    LoopbackRepository withSecret(String token) {
        return new LoopbackRepository(
                kind, name, commit, files, revisions, Optional.of(token), gated);
    }

    LoopbackRepository closed() {
        return new LoopbackRepository(kind, name, commit, files, revisions, secret, true);
    }

    /** The same files at another commit. */
    public LoopbackRepository at(String other) {
        return new LoopbackRepository(
                kind, name, other, files, Set.of("main", other), secret, gated);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Bytes that look like chance. */
    static byte[] bytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    String key() {
        return kind + name;
    }

    /** As in the addresses of the page and of the files. */
    String page() {
        return "/" + (kind == HubId.Kind.MODEL ? "models/" : "datasets/") + name + "/";
    }

    /** What stands before the verb in each address. */
    String address() {
        return "/" + name + "/";
    }

    boolean isLarge(String file) {
        return file.matches(".*\\.(safetensors|bin|jsonl)");
    }

    Optional<byte[]> large(String hash) {
        return files.keySet().stream()
                .filter(f -> isLarge(f) && hash(f).equals(hash))
                .map(files::get)
                .findFirst();
    }

    String hash(String file) {
        // Kept, since each answer needs it and some contents are large.
        return HASHES.computeIfAbsent(files.get(file), content -> hash(file, content));
    }

    private String hash(String file, byte[] content) {
        return isLarge(file)
                ? digest("SHA-256", new byte[0], content)
                : digest("SHA-1", bytes("blob " + content.length + "\0"), content);
    }

    private static String digest(String algorithm, byte[] head, byte[] content) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            digest.update(head);
            return HexFormat.of().formatHex(digest.digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The answer about the repository. */
    Object info(boolean blobs) {
        List<Object> siblings = new ArrayList<>();
        for (String file : files.keySet()) {
            Map<String, Object> sibling = LoopbackHub.map("rfilename", file);
            if (blobs) {
                int size = files.get(file).length;
                sibling.put("blobId", blobId(file));
                sibling.put("size", size);
                if (isLarge(file)) {
                    sibling.put(
                            "lfs",
                            LoopbackHub.map(
                                    "sha256", hash(file), "size", size, "pointerSize", 134));
                }
            }
            siblings.add(sibling);
        }
        return LoopbackHub.map(
                "_id",
                "1",
                "id",
                name,
                "private",
                secret.isPresent(),
                "sha",
                commit,
                "gated",
                gated ? "manual" : false,
                "siblings",
                siblings);
    }

    private String blobId(String file) {
        return isLarge(file) ? digest("SHA-1", new byte[0], bytes("pointer " + file)) : hash(file);
    }

    /** The list of files that Python asks for. */
    Object tree() {
        List<Object> entries = new ArrayList<>();
        for (String file : files.keySet()) {
            int size = files.get(file).length;
            Map<String, Object> entry =
                    LoopbackHub.map(
                            "type", "file", "oid", blobId(file), "size", size, "path", file);
            if (isLarge(file)) {
                entry.put(
                        "lfs",
                        LoopbackHub.map("oid", hash(file), "size", size, "pointerSize", 134));
            }
            entries.add(entry);
        }
        return entries;
    }
}

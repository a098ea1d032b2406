package dev.ila.data;

import dev.ila.run.Require;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The embedded default: a tiny Llama-shaped model, three alignment sets of different style and a
 * knowledge set, all about one invented world. {@code lib/demo/make.py} made them.
 */
public final class Demo {
    private static final List<String> MODEL =
            List.of(
                    "config.json",
                    "generation_config.json",
                    "model.safetensors",
                    "tokenizer.json",
                    "tokenizer_config.json");
    private static final List<String> SETS = List.of("terse", "polite", "steps");
    private static final List<String> DATA =
            List.of("terse.json", "polite.json", "steps.jsonl", "knowledge.jsonl");

    private Demo() {}

    /** Names of the alignment sets; the first is the default. */
    public static List<String> datasets() {
        return SETS;
    }

    /** Where what comes with the library is unpacked. */
    public static Path cache() {
        String home = System.getenv("XDG_CACHE_HOME");
        boolean set = home != null && !home.isEmpty();
        return (set ? Path.of(home) : Path.of(System.getProperty("user.home"), ".cache"))
                .resolve("ila");
    }

    /** The same below {@link #cache}. */
    public static Path extract() {
        return extract(cache());
    }

    /** The file of one alignment set, below {@link #cache}. */
    public static Path dataset(String name) {
        return dataset(cache(), name);
    }

    /**
     * Copies model, tokenizer and data into a folder of their own below {@code folder}, named by
     * their hash, and returns it: an ordinary Hugging Face directory. A folder that is already
     * there, whole, is used again.
     *
     * @throws UncheckedIOException if a file cannot be written
     */
    public static Path extract(Path folder) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        List<String> names = new ArrayList<>(MODEL);
        names.addAll(DATA);
        names.forEach(name -> files.put(name, resource(name)));
        Path target = folder.resolve("ila-demo-" + hash(files));
        try {
            if (!whole(target, files)) {
                Files.createDirectories(folder);
                publish(Files.createTempDirectory(folder, "ila-demo-"), target, files);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(target + " must be writable, but is not", e);
        }
        return target;
    }

    /**
     * The file of one alignment set, extracted below {@code folder}.
     *
     * @throws IllegalArgumentException if no set has that name
     */
    public static Path dataset(Path folder, String name) {
        Require.that(SETS.contains(name), name, "data set", "one of " + String.join(", ", SETS));
        return extract(folder).resolve(DATA.get(SETS.indexOf(name)));
    }

    /** The multiple-choice set: JSON lines of {@code question}, {@code choices}, {@code answer}. */
    public static Path knowledge(Path folder) {
        return extract(folder).resolve("knowledge.jsonl");
    }

    private static boolean whole(Path target, Map<String, byte[]> files) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = target.resolve(file.getKey());
            if (!Files.isRegularFile(path) || Files.size(path) != file.getValue().length) {
                return false;
            }
        }
        return true;
    }

    /** Moves a finished folder into place, so that no reader ever meets half of it. */
    private static void publish(Path draft, Path target, Map<String, byte[]> files)
            throws IOException {
        try {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Files.write(draft.resolve(file.getKey()), file.getValue());
            }
            move(draft, target);
        } catch (FileSystemException e) {
            // Another process may have been first; or a former one was damaged, file by file.
            if (!Files.isDirectory(target)) {
                throw e;
            }
            for (String name : files.keySet()) {
                if (Files.exists(draft.resolve(name))) {
                    move(draft.resolve(name), target.resolve(name));
                }
            }
        } finally {
            for (String name : files.keySet()) {
                Files.deleteIfExists(draft.resolve(name));
            }
            Files.deleteIfExists(draft);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static byte[] resource(String name) {
        try (InputStream in = Demo.class.getResourceAsStream("/dev/ila/demo/" + name)) {
            if (in == null) {
                throw new IllegalStateException(
                        "resource /dev/ila/demo/"
                                + name
                                + " must be on the class path, but is not");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("resource /dev/ila/demo/" + name + " is unreadable", e);
        }
    }

    private static String hash(Map<String, byte[]> files) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            files.values().forEach(digest::update);
            return String.format("%064x", new BigInteger(1, digest.digest())).substring(0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}

package dev.ila.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What names content. */
public final class Hash {
    private static final int BUFFER = 1 << 16;

    private Hash() {}

    /**
     * SHA-256 of a file, in 64 hexadecimal digits.
     *
     * @throws UncheckedIOException if it cannot be read
     */
    public static String sha256(Path file) {
        return of(digest("SHA-256"), file);
    }

    /**
     * Git's hash of a file's content, SHA-1 over its length and its bytes, in 40 hexadecimal
     * digits.
     *
     * @throws UncheckedIOException if it cannot be read
     */
    public static String gitBlob(Path file) {
        MessageDigest digest = digest("SHA-1");
        String head = "blob " + file.toFile().length() + "\0";
        digest.update(head.getBytes(StandardCharsets.US_ASCII));
        return of(digest, file);
    }

    /** The rest of a digest that what was read before has gone through. */
    public static String sha256(DigestInputStream read) throws IOException {
        read.transferTo(OutputStream.nullOutputStream());
        return HexFormat.of().formatHex(read.getMessageDigest().digest());
    }

    /** A stream all of which goes through the digest of {@link #sha256(DigestInputStream)}. */
    public static DigestInputStream digesting(InputStream in) {
        return new DigestInputStream(in, digest("SHA-256"));
    }

    private static String of(MessageDigest digest, Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[BUFFER];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s could not be read: %s".formatted(file, Failure.reason(e)), e);
        }
    }

    /** SHA-256 of numbers in their order, as little-endian f32. */
    public static String sha256(float... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * numbers.length);
        bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(numbers);
        return sha256(bytes.array());
    }

    /** SHA-256 of bytes, in 64 hexadecimal digits. */
    public static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(digest("SHA-256").digest(bytes));
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
    }
}

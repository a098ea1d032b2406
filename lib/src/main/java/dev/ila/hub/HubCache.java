package dev.ila.hub;

import dev.ila.run.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The files of the hub on this machine, laid out as {@code huggingface_hub} does:
 *
 * <pre>
 * models--org--name/blobs/ETAG             a file's content, named by its hash
 * models--org--name/refs/REVISION          the commit that a branch or tag had last
 * models--org--name/snapshots/COMMIT/PATH  a link to the blob
 * models--org--name/trees/COMMIT.json      the list of the commit's files
 * </pre>
 *
 * <p>Of our own are {@code blobs/ETAG.ila-incomplete}, what a download has so far; {@code
 * ETAG.lock} in {@code .locks/ila/models--org--name}, held while the blob is written, apart from
 * Python's, whose locks do not exclude ours; and {@code trees/COMMIT.ila.json}: Python takes a
 * snapshot for incomplete if a file of its own list is not there, and we fetch only what is needed.
 *
 * @param root the cache's directory
 * @param links whether to try symbolic links
 */
record HubCache(Path root, boolean links) {
    /** The repository's folder. */
    Path folder(HubId id) {
        return root.resolve(folderName(id));
    }

    private static String folderName(HubId id) {
        return id.kind().plural() + "--" + id.name().replace("/", "--");
    }

    /** Where the files of a commit stand under their own names. */
    Path snapshot(HubId id, String commit) {
        return folder(id).resolve("snapshots").resolve(commit);
    }

    Path blob(HubId id, String etag) {
        return folder(id).resolve("blobs").resolve(etag);
    }

    /** What a download has so far. */
    Path part(HubId id, String etag) {
        return folder(id).resolve("blobs").resolve(etag + ".ila-incomplete");
    }

    /** Bytes of a file that a download would bring. */
    long toCome(HubId id, HubFile file) {
        // Almost always the hash is the ETag; where it is not the estimate is too high.
        Path part = part(id, file.hash().orElse(""));
        long there = part.toFile().length();
        return Math.max(0, file.bytes().orElse(0) - there);
    }

    CacheLock lock(HubId id, String etag) throws InterruptedException {
        return CacheLock.take(
                root.resolve(".locks/ila").resolve(folderName(id)).resolve(etag + ".lock"));
    }

    boolean has(HubId id, String commit, String path) {
        return Files.isRegularFile(snapshot(id, commit).resolve(path));
    }

    /** What the cache has of a repository, if it has a snapshot of the revision. */
    Optional<HubSnapshot> find(HubId id) {
        return commit(id)
                .filter(c -> Files.isDirectory(snapshot(id, c)))
                .map(
                        c -> {
                            Optional<List<HubFile>> listed = listed(id, c);
                            List<HubFile> files = listed.orElseGet(() -> present(id, c));
                            return new HubSnapshot(id, c, files, listed.isPresent());
                        });
    }

    private Optional<String> commit(HubId id) {
        if (id.isCommit()) {
            return Optional.of(id.branch());
        }
        Path ref = folder(id).resolve("refs").resolve(id.branch());
        return read(ref).map(String::strip).filter(HubId::isCommit);
    }

    private Optional<List<HubFile>> listed(HubId id, String commit) {
        return Stream.of(".json", ".ila.json")
                .map(end -> folder(id).resolve("trees").resolve(commit + end))
                .flatMap(file -> read(file).stream())
                .flatMap(text -> Listing.cached(text).stream())
                .findFirst();
    }

    private List<HubFile> present(HubId id, String commit) {
        Path snapshot = snapshot(id, commit);
        try (Stream<Path> files = Files.walk(snapshot)) {
            return files.filter(Files::isRegularFile)
                    .map(f -> snapshot.relativize(f).toString().replace('\\', '/'))
                    .map(HubFile::named)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s could not be read: %s".formatted(snapshot, Failure.reason(e)), e);
        }
    }

    /** Keeps which commit the revision has and which files the commit has. */
    void remember(HubSnapshot snapshot) {
        HubId id = snapshot.id();
        try {
            if (!id.isCommit()) {
                write(folder(id).resolve("refs").resolve(id.branch()), snapshot.commit());
            }
            if (snapshot.complete() && listed(id, snapshot.commit()).isEmpty()) {
                Path list = folder(id).resolve("trees").resolve(snapshot.commit() + ".ila.json");
                write(list, Listing.text(snapshot.files()));
            }
        } catch (IOException e) {
            // A cache that cannot be written serves as well, as long as it has the files.
        }
    }

    // Not by AtomicFiles: its temporary file has one name, and two processes may write at once.
    private static void write(Path target, String text) throws IOException {
        if (read(target).filter(text::equals).isPresent()) {
            return;
        }
        Path part = beside(target);
        try {
            Files.createDirectories(target.getParent());
            Files.writeString(part, text);
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static Path beside(Path target) {
        return target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
    }

    private static Optional<String> read(Path file) {
        try {
            return Files.isRegularFile(file)
                    ? Optional.of(Files.readString(file))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Makes the blob a file of the snapshot: by a relative link, or where the system has none by
     * the blob itself if it is {@code fresh}, so that no other snapshot needs it, or by a copy.
     */
    void place(HubId id, String commit, String path, String etag, boolean fresh) {
        Path place = snapshot(id, commit).resolve(path);
        Path blob = blob(id, etag);
        try {
            Files.createDirectories(place.getParent());
            if (Files.exists(place, LinkOption.NOFOLLOW_LINKS) && !Files.exists(place)) {
                // A link to a blob that somebody has deleted.
                Files.delete(place);
            }
            if (!links || !linked(place, blob)) {
                settle(place, blob, fresh);
            }
        } catch (IOException e) {
            throw unwritable(place, e);
        }
    }

    private static boolean linked(Path place, Path blob) throws IOException {
        try {
            Files.createSymbolicLink(place, place.getParent().relativize(blob));
            return true;
        } catch (FileAlreadyExistsException e) {
            // Another process was here first.
            return true;
        } catch (FileSystemException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static void settle(Path place, Path blob, boolean fresh) throws IOException {
        if (fresh) {
            Files.move(blob, place, StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        Path part = beside(place);
        try {
            Files.copy(blob, part);
            Files.move(part, place, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    /** What to throw when a file of the cache could not be written. */
    static UncheckedIOException unwritable(Path file, IOException e) {
        return new UncheckedIOException(
                "%s could not be written: %s; free some space there or set HF_HOME to another disk"
                        .formatted(file, Failure.reason(e)),
                e);
    }
}

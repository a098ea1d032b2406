package dev.ila.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * The Hugging Face hub and its cache on this machine. What the cache has is used as it is; what is
 * missing is downloaded into it, checked, and from then on the cache's. Other threads and processes
 * may do the same at the same time, Python's too.
 *
 * <p>Errors are one line with the remedy. {@link IllegalArgumentException}: what was asked for is
 * not there, or not for this user. {@link UncheckedIOException}: the network or the disk failed, or
 * the thread was interrupted; what was downloaded so far stays for the next time.
 */
public final class Hub {
    /** Of one file, before its wrong bytes are told. */
    private static final int DOWNLOADS = 2;

    private final HubSettings settings;
    private final HubProgress progress;
    private final Patience patience;
    private final HubCache cache;
    private final HubClient client;
    private final HubErrors errors;

    /** A hub, of which nothing is asked yet. */
    public Hub(HubSettings settings, HubProgress progress) {
        this(settings, progress, Patience.DEFAULT);
    }

    Hub(HubSettings settings, HubProgress progress, Patience patience) {
        this.settings = settings;
        this.progress = progress;
        this.patience = patience;
        this.cache = new HubCache(settings.cache(), settings.links());
        this.client = new HubClient(settings, patience);
        this.errors = new HubErrors(settings);
    }

    /**
     * The commit and the files of a repository, from the hub. Nothing is asked if the revision is a
     * commit whose list of files the cache has. If the hub may not or cannot be asked, the answer
     * is the cache's: the commit that the branch had when it was last downloaded.
     */
    public HubSnapshot resolve(HubId id) {
        HubSnapshot cached = cache.find(id).orElse(null);
        if (cached != null && (settings.offline() || id.isCommit() && cached.complete())) {
            return cached;
        }
        if (settings.offline()) {
            throw errors.absent(id, "");
        }
        try {
            return client.list(id, cached == null ? patience.tries() : 1);
        } catch (HubErrors.NoRevision e) {
            throw e;
        } catch (IllegalArgumentException | UncheckedIOException e) {
            if (cached == null) {
                throw e;
            }
            return cached;
        } catch (InterruptedException e) {
            throw HubErrors.interrupted(id, e);
        }
    }

    /**
     * The directory in which each wanted file of the repository stands under its path.
     *
     * @param wanted is asked of each path in the repository
     */
    public Path snapshot(HubId id, Predicate<String> wanted) {
        return download(resolve(id), wanted);
    }

    /** The same, of what was resolved before. */
    public Path download(HubSnapshot snapshot, Predicate<String> wanted) {
        List<HubFile> files = snapshot.files().stream().filter(f -> wanted.test(f.path())).toList();
        if (files.isEmpty() && !snapshot.complete()) {
            throw errors.absent(snapshot.id(), ": all of the wanted files");
        }
        if (files.isEmpty()) {
            throw new IllegalArgumentException(
                    "wanted files must be some of %s, but are: none of its %d"
                            .formatted(snapshot.id(), snapshot.files().size()));
        }
        return fetched(snapshot, files);
    }

    /**
     * The directory of a model with its configuration, its tokenizer and its weights as
     * safetensors; no other file is downloaded.
     */
    public Path model(HubId id) {
        return model(resolve(id));
    }

    /** The same, of what was resolved before. */
    public Path model(HubSnapshot snapshot) {
        if (!snapshot.complete() && !ModelFiles.enough(snapshot)) {
            throw errors.absent(snapshot.id(), ": its weights or its config.json");
        }
        List<String> first = ModelFiles.of(snapshot);
        Path directory = fetched(snapshot, first.stream().map(snapshot::file).toList());
        if (first.contains(ModelFiles.INDEX)) {
            fetched(
                    snapshot,
                    ModelFiles.shards(directory.resolve(ModelFiles.INDEX)).stream()
                            .map(snapshot::file)
                            .toList());
        }
        return directory;
    }

    private Path fetched(HubSnapshot snapshot, List<HubFile> files) {
        HubId id = snapshot.id();
        String commit = snapshot.commit();
        List<HubFile> missing =
                files.stream().filter(f -> !cache.has(id, commit, f.path())).toList();
        if (!missing.isEmpty() && settings.offline()) {
            throw errors.absent(id, ": " + missing.get(0).path());
        }
        requireSpace(id, missing);
        try {
            for (HubFile file : missing) {
                fetch(id, commit, file);
            }
        } catch (InterruptedException e) {
            throw HubErrors.interrupted(id, e);
        }
        cache.remember(snapshot);
        return cache.snapshot(id, commit);
    }

    private void requireSpace(HubId id, List<HubFile> missing) {
        long bytes = missing.stream().mapToLong(f -> cache.toCome(id, f)).sum();
        Path there = settings.cache();
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        try {
            long free = Files.getFileStore(there).getUsableSpace();
            if (bytes > free) {
                throw HubErrors.failure(
                        "free space for the cache %s must be %s GB, but is: %s GB; free"
                                        .formatted(
                                                settings.cache(), gigabytes(bytes), gigabytes(free))
                                + " some or set HF_HOME to another disk");
            }
        } catch (IOException e) {
            throw HubCache.unwritable(there, e);
        }
    }

    private static String gigabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / 1e9);
    }

    private void fetch(HubId id, String commit, HubFile file) throws InterruptedException {
        HubClient.Head head = client.head(id, commit, file.path());
        CacheLock lock = cache.lock(id, head.etag());
        try {
            Path blob = cache.blob(id, head.etag());
            boolean fresh = !Files.exists(blob);
            // Whoever had the lock before may have done it all.
            if (!cache.has(id, commit, file.path())) {
                if (fresh) {
                    write(id, commit, file, head);
                }
                cache.place(id, commit, file.path(), head.etag(), fresh);
            }
        } finally {
            lock.close();
        }
    }

    private void write(HubId id, String commit, HubFile file, HubClient.Head head)
            throws InterruptedException {
        Path part = cache.part(id, head.etag());
        OptionalLong bytes = head.bytes().isPresent() ? head.bytes() : file.bytes();
        Optional<String> hash = file.hash().or(() -> HubFile.hash(head.etag()));
        Optional<String> wrong = Optional.empty();
        for (int i = 0; i < DOWNLOADS; i++) {
            try (Download download = new Download(part, file.path(), bytes, progress)) {
                if (!download.complete()) {
                    client.read(id, commit, file.path(), download);
                }
                wrong = download.wrong(hash);
                if (wrong.isEmpty()) {
                    download.settle(cache.blob(id, head.etag()));
                    return;
                }
                download.restart();
            }
        }
        HubCache.delete(part);
        throw HubErrors.failure(
                "%s: %s %s; the hub's copy or the network is at fault: try again later"
                        .formatted(id, file.path(), wrong.orElse("")));
    }
}

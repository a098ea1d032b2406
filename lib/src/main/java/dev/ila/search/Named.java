package dev.ila.search;

import dev.ila.data.Demo;
import dev.ila.hub.DataFiles;
import dev.ila.hub.Hub;
import dev.ila.hub.HubId;
import dev.ila.hub.HubProgress;
import dev.ila.hub.HubSettings;
import dev.ila.hub.HubSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a model's or a data set's name stands for: a directory or file of this machine, which comes
 * first; a set that comes with the library; or a repository of the hub.
 *
 * <p>On the hub a model is {@code org/name} or {@code org/name@revision}; a data set may have
 * {@code :split} or {@code :configuration/split} after that, {@code :train} if it has not. {@link
 * #model} and {@link #data} pin such a name to the commit that it stands for now, so that a run's
 * settings name the same files on every machine and for ever. A process asks once for each name.
 */
public final class Named {
    private static final Map<String, String> PINNED = new ConcurrentHashMap<>();

    private Named() {}

    /**
     * A model's name, pinned; its files are downloaded if they are not in the cache.
     *
     * @return {@code name} itself if it is none of the hub's
     * @throws IllegalArgumentException if the hub has no such model, or not for this user
     * @throws UncheckedIOException if it cannot be downloaded
     */
    public static String model(String name, HubProgress progress) {
        Optional<HubId> id = onHub(HubId.Kind.MODEL, name);
        return id.isEmpty()
                ? name
                : PINNED.computeIfAbsent(
                        "model " + name,
                        n -> {
                            Hub hub = new Hub(HubSettings.current(), progress);
                            HubSnapshot snapshot = hub.resolve(id.get());
                            hub.model(snapshot);
                            return snapshot.pinned().toString();
                        });
    }

    /**
     * A data set's name, pinned, with the name of its split; or the file of a set of {@link
     * Demo#datasets}. Its files are downloaded if they are not in the cache.
     *
     * @return {@code name} itself if it is none of these
     * @throws IllegalArgumentException if the hub has no such data set or split, or not for this
     *     user
     * @throws UncheckedIOException if it cannot be downloaded
     */
    public static String data(String name, HubProgress progress) {
        if (local(name).isPresent()) {
            return name;
        }
        if (Demo.datasets().contains(name)) {
            return Demo.dataset(name).toString();
        }
        Optional<HubId> id = onHub(HubId.Kind.DATASET, repository(name));
        return id.isEmpty()
                ? name
                : PINNED.computeIfAbsent(
                        "data " + name,
                        n -> {
                            Hub hub = new Hub(HubSettings.current(), progress);
                            HubSnapshot snapshot = hub.resolve(id.get());
                            DataFiles.Part part = part(hub, snapshot, name);
                            hub.download(snapshot, Set.copyOf(part.files())::contains);
                            return snapshot.pinned() + ":" + part.name();
                        });
    }

    /** Whether a pinned model is a directory of this machine, or of the hub. */
    public static boolean isModel(String name) {
        return local(name).filter(Files::isDirectory).isPresent()
                || onHub(HubId.Kind.MODEL, name).isPresent();
    }

    /** Whether a pinned data set is a file of this machine, or of the hub. */
    public static boolean isThere(String name) {
        return local(name).filter(Files::isRegularFile).isPresent()
                || onHub(HubId.Kind.DATASET, repository(name)).isPresent();
    }

    /** The directory of a model. */
    public static Path directory(String name) {
        Optional<HubId> id = onHub(HubId.Kind.MODEL, name);
        return id.isEmpty()
                ? Path.of(name)
                : new Hub(HubSettings.current(), HubProgress.SILENT).model(id.get());
    }

    /** The files of a data set. */
    static List<Path> files(String name) {
        Optional<HubId> id = onHub(HubId.Kind.DATASET, repository(name));
        if (id.isEmpty()) {
            return List.of(Path.of(name));
        }
        Hub hub = new Hub(HubSettings.current(), HubProgress.SILENT);
        HubSnapshot snapshot = hub.resolve(id.get());
        List<String> files = part(hub, snapshot, name).files();
        Path directory = hub.download(snapshot, Set.copyOf(files)::contains);
        return files.stream().map(directory::resolve).toList();
    }

    private static DataFiles.Part part(Hub hub, HubSnapshot snapshot, String name) {
        List<String> paths = snapshot.files().stream().map(f -> f.path()).toList();
        String card = "";
        if (paths.contains(DataFiles.CARD)) {
            Path file = hub.download(snapshot, DataFiles.CARD::equals).resolve(DataFiles.CARD);
            try {
                card = Files.readString(file);
            } catch (IOException e) {
                throw new UncheckedIOException(file + " must be readable, but is not", e);
            }
        }
        int colon = name.indexOf(':');
        return DataFiles.of(snapshot.id(), paths, card)
                .part(
                        snapshot.id(),
                        colon < 0 ? Optional.empty() : Optional.of(name.substring(colon + 1)));
    }

    private static String repository(String name) {
        int colon = name.indexOf(':');
        return colon < 0 ? name : name.substring(0, colon);
    }

    private static Optional<HubId> onHub(HubId.Kind kind, String name) {
        return local(name).isPresent() ? Optional.empty() : HubId.parse(kind, name);
    }

    /** What is there under this name, if it is one that a path can have. */
    private static Optional<Path> local(String name) {
        try {
            return Optional.of(Path.of(name)).filter(Files::exists);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}

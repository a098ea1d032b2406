package dev.ila.search;

import dev.ila.data.Demo;
import dev.ila.hub.DataFiles;
import dev.ila.hub.Hub;
import dev.ila.hub.HubFile;
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
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
    private static final String MODEL = "model ";
    private static final String DATA = "data ";

    /** What ends like this is meant to be a file. */
    private static final Pattern FILE =
            Pattern.compile(".*\\.(json|jsonl|csv|tsv|parquet|gz|txt|safetensors)");

    private static final Pattern SHARD = Pattern.compile("(.*)-\\d{5}-of-(\\d{5})\\D.*");

    private static final Map<String, String> PINNED = new ConcurrentHashMap<>();
    private static final Map<String, List<Path>> FILES = new ConcurrentHashMap<>();

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
        if (id.isEmpty()) {
            return name;
        }
        return pinned(
                MODEL + name,
                id.get(),
                asked -> {
                    Hub hub = new Hub(HubSettings.current(), progress);
                    HubSnapshot snapshot = hub.resolve(asked);
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
        if (isHere(name)) {
            return name;
        }
        if (Demo.datasets().contains(name)) {
            return Demo.dataset(name).toString();
        }
        Optional<HubId> id = onHub(HubId.Kind.DATASET, repository(name));
        if (id.isEmpty()) {
            return name;
        }
        return pinned(
                DATA + name,
                id.get(),
                asked -> {
                    Hub hub = new Hub(HubSettings.current(), progress);
                    HubSnapshot snapshot = hub.resolve(asked);
                    DataFiles.Part part = part(hub, snapshot, name);
                    hub.download(snapshot, Set.copyOf(part.files())::contains);
                    return snapshot.pinned() + ":" + part.name();
                });
    }

    /**
     * Lets names stand for what they stood for before.
     *
     * @param pins as {@link #pins} gave them
     */
    public static void pin(Map<String, String> pins) {
        PINNED.putAll(pins);
    }

    /** What this process has pinned of models and data of these names. */
    public static Map<String, String> pins(List<String> models, List<String> data) {
        Map<String, String> pins = new TreeMap<>(PINNED);
        pins.keySet()
                .removeIf(
                        k ->
                                !(k.startsWith(MODEL) && models.contains(k.substring(6))
                                        || k.startsWith(DATA) && data.contains(k.substring(5))));
        return pins;
    }

    /** Whether a name is one of the hub's, and not a place of this machine. */
    public static boolean isOnHub(String name) {
        return onHub(HubId.Kind.MODEL, repository(name)).isPresent();
    }

    /** Whether a name is a directory or file of this machine. */
    public static boolean isHere(String name) {
        return local(name).filter(Files::exists).isPresent();
    }

    /** Whether a pinned model is a directory of this machine, or of the hub. */
    public static boolean isModel(String name) {
        return local(name).filter(Files::isDirectory).isPresent()
                || onHub(HubId.Kind.MODEL, name).isPresent();
    }

    /** Whether a pinned data set is a file of this machine, or of the hub. */
    public static boolean isData(String name) {
        return local(name).filter(Files::isRegularFile).isPresent()
                || onHub(HubId.Kind.DATASET, repository(name)).isPresent();
    }

    /** The directory of a model. */
    public static Path directory(String name) {
        Optional<HubId> id = onHub(HubId.Kind.MODEL, name);
        return id.isEmpty()
                ? Path.of(name)
                : FILES.computeIfAbsent(MODEL + name, n -> List.of(silent().model(id.get())))
                        .get(0);
    }

    /** The files of a data set. */
    static List<Path> files(String name) {
        Optional<HubId> id = onHub(HubId.Kind.DATASET, repository(name));
        return id.isEmpty()
                ? List.of(Path.of(name))
                : FILES.computeIfAbsent(
                        DATA + name,
                        n -> {
                            Hub hub = silent();
                            HubSnapshot snapshot = hub.resolve(id.get());
                            List<String> files = part(hub, snapshot, name).files();
                            Path all = hub.download(snapshot, Set.copyOf(files)::contains);
                            return files.stream().map(all::resolve).toList();
                        });
    }

    private static Hub silent() {
        return new Hub(HubSettings.current(), HubProgress.SILENT);
    }

    /** Asks once; a failure says that the name is none of this machine's, too. */
    private static String pinned(String key, HubId id, Function<HubId, String> ask) {
        try {
            return PINNED.computeIfAbsent(key, k -> ask.apply(id));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(notHere(key) + e.getMessage(), e);
        } catch (UncheckedIOException e) {
            throw new UncheckedIOException(notHere(key) + e.getMessage(), e.getCause());
        }
    }

    private static String notHere(String key) {
        return key + " is not on this machine, and of the hub: ";
    }

    private static DataFiles.Part part(Hub hub, HubSnapshot snapshot, String name) {
        List<String> paths = snapshot.files().stream().map(HubFile::path).toList();
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
        DataFiles.Part part =
                DataFiles.of(snapshot.id(), paths, card)
                        .part(
                                snapshot.id(),
                                colon < 0
                                        ? Optional.empty()
                                        : Optional.of(name.substring(colon + 1)));
        if (!snapshot.complete()) {
            requireWhole(snapshot, part);
        }
        return part;
    }

    /**
     * Where only the cache was asked, files may be missing; their names tell how many there are.
     */
    private static void requireWhole(HubSnapshot snapshot, DataFiles.Part part) {
        for (String file : part.files()) {
            Matcher shard = SHARD.matcher(file);
            if (shard.matches()) {
                String all = shard.group(1) + "-";
                long here = part.files().stream().filter(f -> f.startsWith(all)).count();
                if (here != Integer.parseInt(shard.group(2))) {
                    throw new IllegalArgumentException(
                            "data set %s must be whole in the cache while the hub is not asked, but is: %d of its %d files; go online once"
                                    .formatted(
                                            snapshot.id(), here, Integer.parseInt(shard.group(2))));
                }
            }
        }
    }

    private static String repository(String name) {
        int colon = name.indexOf(':');
        return colon < 0 ? name : name.substring(0, colon);
    }

    /**
     * The repository that a name is meant to be, if it does not look like a path of this machine.
     */
    private static Optional<HubId> onHub(HubId.Kind kind, String name) {
        int slash = name.indexOf('/');
        boolean revised = name.contains("@");
        boolean path =
                isHere(name)
                        || FILE.matcher(name).matches()
                        || !revised && slash > 0 && isHere(name.substring(0, slash));
        return path ? Optional.empty() : HubId.parse(kind, name);
    }

    private static Optional<Path> local(String name) {
        try {
            return Optional.of(Path.of(name));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}

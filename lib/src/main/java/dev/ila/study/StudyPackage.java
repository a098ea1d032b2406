package dev.ila.study;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.ila.run.AtomicFiles;
import dev.ila.run.Failure;
import dev.ila.run.Hash;
import dev.ila.run.Json;
import dev.ila.run.Require;
import dev.ila.search.Differences;
import dev.ila.search.Differences.Difference;
import dev.ila.search.Named;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * A reproducibility package: one zip with a study's definition, what came out, and from what. Data
 * and models are in it by their hashes, not by their content.
 */
public final class StudyPackage {
    private static final Set<String> PLACES = Set.of("settings model", "settings data.files");
    private static final String MANIFEST = "manifest.json";
    private static final String STUDY = "study.json";

    /** What is kept of a run; its weights and pictures are not. */
    private static final Set<String> OF_A_RUN =
            Set.of("run.json", "result.json", "scores.csv", "history.csv");

    private StudyPackage() {}

    /**
     * {@code manifest.json}.
     *
     * @param schema name and version of this form
     * @param files SHA-256 of every other entry by its name
     * @param data SHA-256 of the data files of all runs, by name
     * @param models SHA-256 of the weights of all runs, by run and name
     */
    public record Manifest(
            String schema,
            Map<String, String> files,
            Map<String, String> data,
            Map<String, String> models) {}

    /**
     * Packs a study. The same files give the same bytes.
     *
     * @param studies all of whose runs are finished, with their report
     * @param definition the study's file
     * @param more files to put in as well, below {@code more/}, as the notebooks that were used
     */
    public static void write(Studies studies, Path definition, List<Path> more, Path zip) {
        Map<String, Path> entries = new TreeMap<>();
        entries.put(STUDY, definition);
        Path directory = studies.directory();
        walk(directory)
                .forEach(
                        file -> {
                            String name = directory.relativize(file).toString().replace('\\', '/');
                            if (belongs(name)) {
                                entries.put(name, file);
                            }
                        });
        more.forEach(file -> entries.put("more/" + file.getFileName(), file));
        Map<String, byte[]> contents = new TreeMap<>();
        Map<String, String> written = written(studies, definition);
        entries.forEach((name, file) -> contents.put(name, content(name, file, written)));
        Map<String, String> files = new TreeMap<>();
        contents.forEach((name, bytes) -> files.put(name, Hash.sha256(bytes)));
        Map<String, String> data = new TreeMap<>();
        Map<String, String> models = new TreeMap<>();
        studies.results()
                .forEach(
                        (run, result) -> {
                            result.provenance()
                                    .inputs()
                                    .data()
                                    .forEach((f, h) -> data.put(name(f), h));
                            result.provenance()
                                    .inputs()
                                    .model()
                                    .forEach((n, h) -> models.put(run.name() + " " + n, h));
                        });
        String manifest = Json.text(new Manifest("ila-study/1", files, data, models));
        AtomicFiles.write(
                zip,
                out -> {
                    ZipOutputStream packed = new ZipOutputStream(out);
                    packed.putNextEntry(entry(MANIFEST));
                    packed.write(manifest.getBytes(StandardCharsets.UTF_8));
                    for (Map.Entry<String, byte[]> e : contents.entrySet()) {
                        packed.putNextEntry(entry(e.getKey()));
                        packed.write(e.getValue());
                    }
                    packed.finish();
                });
    }

    /** What the definition calls the places of this machine that the runs' settings name. */
    private static Map<String, String> written(Studies studies, Path definition) {
        Study names = Study.written(definition);
        Map<String, String> written = new TreeMap<>();
        for (Study.Run run : studies.states().keySet()) {
            String model = run.factors().get("model");
            written.put(run.settings().model(), names.models().getOrDefault(model, model));
            List<String> files = run.settings().data().files();
            List<String> as = names.data().get(run.factors().get("data")).files();
            for (int i = 0; i < files.size(); i++) {
                written.put(files.get(i), as.get(i));
            }
        }
        // A name on the hub stays with its commit.
        written.keySet().removeIf(place -> !Named.isHere(place));
        return written;
    }

    /** A file's content; a run's settings and result name no place of this machine. */
    private static byte[] content(String name, Path file, Map<String, String> written) {
        try {
            if (!name.matches("runs/[^/]+/(run|result)\\.json")) {
                return Files.readAllBytes(file);
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        JsonObject root = Json.read(file, JsonObject.class);
        if (root.has("settings")) {
            JsonObject settings = root.getAsJsonObject("settings");
            settings.add("model", as(settings.get("model"), written));
            JsonObject data = settings.getAsJsonObject("data");
            data.add("files", as(data.get("files"), written));
        } else {
            // Flat, a list as text.
            JsonObject settings =
                    root.getAsJsonObject("provenance")
                            .getAsJsonObject("inputs")
                            .getAsJsonObject("settings");
            settings.add("model", as(settings.get("model"), written));
            JsonElement files = JsonParser.parseString(settings.get("data.files").getAsString());
            settings.addProperty("data.files", as(files, written).toString());
        }
        return Json.text(root).getBytes(StandardCharsets.UTF_8);
    }

    private static JsonElement as(JsonElement names, Map<String, String> written) {
        if (names.isJsonArray()) {
            JsonArray all = new JsonArray();
            names.getAsJsonArray().forEach(n -> all.add(as(n, written)));
            return all;
        }
        String name = names.getAsString();
        return new JsonPrimitive(written.getOrDefault(name, name));
    }

    private static boolean belongs(String name) {
        String[] parts = name.split("/");
        if (!parts[0].equals("runs")) {
            return true;
        }
        String own = parts.length > 2 ? parts[2] : "";
        return OF_A_RUN.contains(own) || own.equals("milestones") && !name.endsWith(".safetensors");
    }

    private static ZipEntry entry(String name) {
        ZipEntry entry = new ZipEntry(name);
        // The earliest that a zip can say, so that equal files give equal bytes.
        entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
        return entry;
    }

    private static String name(String path) {
        return Path.of(path).getFileName().toString();
    }

    private static List<Path> walk(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .filter(f -> !f.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw unreadable(directory, e);
        }
    }

    /**
     * Unpacks a package and checks every file of it.
     *
     * @param into a new or empty directory
     * @throws IllegalArgumentException if a file is not what the manifest says
     */
    public static Manifest unpack(Path zip, Path into) {
        try (ZipInputStream packed = new ZipInputStream(Files.newInputStream(zip))) {
            for (ZipEntry e = packed.getNextEntry(); e != null; e = packed.getNextEntry()) {
                Path file = into.resolve(e.getName()).normalize();
                Require.that(
                        file.startsWith(into.normalize()),
                        e.getName(),
                        "file in " + zip,
                        "inside it");
                AtomicFiles.write(file, packed.readAllBytes());
            }
        } catch (IOException e) {
            throw unreadable(zip, e);
        }
        Path manifest = into.resolve(MANIFEST);
        Require.that(Files.exists(manifest), zip, "package", "a study's, with its manifest");
        Manifest all = Json.read(manifest, Manifest.class);
        all.files()
                .forEach(
                        (name, hash) -> {
                            Path file = into.resolve(name);
                            String is = Files.exists(file) ? Hash.sha256(file) : "missing";
                            Require.that(is.equals(hash), is, name + " in " + zip, hash);
                        });
        return all;
    }

    /**
     * Makes a package's runs again and says what differs.
     *
     * @param only names of runs; none: all
     * @param out new or empty; {@code packed/} and {@code again/} are made in it. The same call
     *     goes on with what was interrupted
     * @return differences of each run that was made again, by its name
     */
    public static Map<String, List<Difference>> verify(
            Path zip, List<String> only, Path out, Studies.Observer observer) {
        Path packed = out.resolve("packed");
        unpack(zip, packed);
        Studies.readPins(packed);
        Studies again = new Studies(Study.read(packed.resolve(STUDY)), out.resolve("again"));
        List<String> names = new ArrayList<>();
        again.states().keySet().forEach(run -> names.add(run.name()));
        for (String name : only) {
            Require.that(names.contains(name), name, "run", "one of " + names);
        }
        again.only(only).run(observer);
        Map<String, List<Difference>> differences = new LinkedHashMap<>();
        for (String name : only.isEmpty() ? names : only) {
            Path before = packed.resolve("runs").resolve(name);
            Path now = out.resolve("again").resolve("runs").resolve(name);
            // A package says by what name its definition knows a place, a run where it is.
            differences.put(
                    name,
                    Differences.of(before, now).stream()
                            .filter(d -> !PLACES.contains(d.what()))
                            .toList());
        }
        return differences;
    }

    private static UncheckedIOException unreadable(Path path, IOException e) {
        return new UncheckedIOException(
                "%s could not be read: %s".formatted(path, Failure.reason(e)), e);
    }
}

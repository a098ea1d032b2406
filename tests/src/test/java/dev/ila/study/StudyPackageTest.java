package dev.ila.study;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.data.Demo;
import dev.ila.rank.Comparison;
import dev.ila.run.Hash;
import dev.ila.search.Differences.Difference;
import dev.ila.view.StudyReport;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A study's package is whole, names its data by hash, and can be made again. */
class StudyPackageTest {
    @TempDir Path folder;

    @Test
    void aPackageIsMadeAgainWithoutADifferenceAndOneThatWasChangedIsNoticed() throws Exception {
        Path definition = folder.resolve("small.json");
        Files.writeString(definition, StudiesTest.STUDY.replace("\"seeds\": 2", "\"seeds\": 1"));
        Studies studies = new Studies(Study.read(definition), folder.resolve("made"));
        studies.run(StudiesTest.watch(new ArrayList<>(), Integer.MAX_VALUE));
        StudyReport.write(
                studies,
                new Comparison.Settings(List.of(0.75), 0.9, 60, 1),
                "small",
                "ila-study small.json");
        Path notebook = Files.writeString(folder.resolve("used.ipynb"), "{}");
        Path zip = folder.resolve("small.zip");
        StudyPackage.write(studies, definition, List.of(notebook), zip);
        byte[] once = Files.readAllBytes(zip);
        StudyPackage.write(studies, definition, List.of(notebook), zip);
        assertArrayEquals(once, Files.readAllBytes(zip));
        contents(zip);

        List<String> made = new ArrayList<>();
        Map<String, List<Difference>> again =
                StudyPackage.verify(
                        zip,
                        List.of("terse-101"),
                        folder.resolve("again"),
                        StudiesTest.watch(made, Integer.MAX_VALUE));
        assertEquals(Map.of("terse-101", List.of()), again);
        assertEquals(List.of("terse-101"), made);

        Path other = folder.resolve("other.zip");
        altered(zip, other, true);
        Map<String, List<Difference>> differences =
                StudyPackage.verify(
                        other,
                        List.of("terse-101"),
                        folder.resolve("changed"),
                        StudiesTest.watch(made, Integer.MAX_VALUE));
        assertEquals(
                List.of(
                        new Difference(
                                "metric stage2.last_loss",
                                "99.0",
                                differences.get("terse-101").get(0).second())),
                differences.get("terse-101"));

        altered(zip, other, false);
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> StudyPackage.unpack(other, folder.resolve("broken")));
        assertTrue(
                e.getMessage().startsWith("runs/terse-101/result.json in " + other + " must be "),
                e.getMessage());
    }

    private static void contents(Path zip) throws Exception {
        try (ZipFile packed = new ZipFile(zip.toFile())) {
            List<String> names = packed.stream().map(ZipEntry::getName).toList();
            assertTrue(
                    names.containsAll(
                            List.of(
                                    "manifest.json",
                                    "study.json",
                                    "report.html",
                                    "runs.csv",
                                    "overlap/overlap.json",
                                    "more/used.ipynb",
                                    "runs/polite-1/scores.csv",
                                    "runs/polite-1/milestones/share-50.csv")),
                    names.toString());
            assertFalse(names.stream().anyMatch(n -> n.endsWith(".safetensors")), names.toString());
            String manifest =
                    new String(
                            packed.getInputStream(packed.getEntry("manifest.json")).readAllBytes(),
                            StandardCharsets.UTF_8);
            assertTrue(manifest.contains(Hash.sha256(Demo.dataset("polite"))), manifest);
            assertTrue(manifest.contains("\"terse-101 weights\": "), manifest);
            for (ZipEntry e : packed.stream().filter(e -> e.getName().endsWith("n")).toList()) {
                String text =
                        new String(packed.getInputStream(e).readAllBytes(), StandardCharsets.UTF_8);
                assertFalse(text.contains(Demo.cache().toString()), e.getName() + ": " + text);
            }
            String run =
                    new String(
                            packed.getInputStream(packed.getEntry("runs/terse-101/run.json"))
                                    .readAllBytes(),
                            StandardCharsets.UTF_8);
            assertTrue(run.contains("\"model\": \"embedded\""), run);
        }
    }

    /** A copy with another loss in one result; the manifest knows of it or not. */
    private static void altered(Path zip, Path to, boolean known) throws Exception {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipFile packed = new ZipFile(zip.toFile())) {
            for (ZipEntry e : packed.stream().toList()) {
                entries.put(e.getName(), packed.getInputStream(e).readAllBytes());
            }
        }
        String name = "runs/terse-101/result.json";
        byte[] before = entries.get(name);
        byte[] after =
                text(before)
                        .replaceFirst("\"stage2.last_loss\": [0-9.]+", "\"stage2.last_loss\": 99.0")
                        .getBytes(StandardCharsets.UTF_8);
        assertFalse(java.util.Arrays.equals(before, after));
        entries.put(name, after);
        if (known) {
            String manifest = text(entries.get("manifest.json"));
            entries.put(
                    "manifest.json",
                    manifest.replace(Hash.sha256(before), Hash.sha256(after))
                            .getBytes(StandardCharsets.UTF_8));
        }
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(to))) {
            for (Map.Entry<String, byte[]> e : entries.entrySet()) {
                out.putNextEntry(new ZipEntry(e.getKey()));
                out.write(e.getValue());
            }
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}

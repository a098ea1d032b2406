package dev.ila.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.hub.HubId;
import dev.ila.search.Delta;
import dev.ila.search.Runs;
import dev.ila.search.SearchSettings;
import dev.ila.torch.Compute;
import dev.ila.torch.Precision;
import dev.ila.train.Schedule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A study's file unfolds into runs, or is refused in one line. */
class StudyTest {
    @TempDir Path folder;

    @Test
    void theGridHasEveryModelSetSeedAndSettings() throws Exception {
        Study study =
                read(
                        """
                        {
                          "models": {"a": "A", "b": "B"},
                          "data": {"polite": "polite", "both": ["polite", "terse"]},
                          "seeds": 2,
                          "settings": {
                            "usual": {},
                            "short": {
                              "data.limit": 60, "stage1.schedule.steps": 10,
                              "compute.precision": "bf16", "stage1.schedule.shape": "cosine",
                              "delta.targets": ["q_proj"]
                            }
                          },
                          "milestones": {"polite": ["3 steps", "50 %"]}
                        }
                        """);
        List<Study.Run> runs = study.runs();
        assertEquals(16, runs.size());
        assertEquals(
                List.of("a-polite-usual-1", "a-polite-usual-2", "a-both-usual-101"),
                runs.subList(0, 3).stream().map(Study.Run::name).toList());
        Study.Run last = runs.get(15);
        assertEquals("b-both-short-102", last.name());
        SearchSettings s = last.settings();
        assertEquals("B", s.model());
        assertEquals(102, s.seed());
        assertEquals(2, s.data().files().size());
        assertEquals(60, s.data().limit());
        assertEquals(10, s.stage1().schedule().steps());
        assertEquals(Schedule.Shape.COSINE, s.stage1().schedule().shape());
        Compute c = s.compute();
        assertEquals(Precision.BF16, c.precision());
        // Products in the type that is the faster here, as of a search with --precision bf16.
        assertEquals(new Compute(c.device(), c.precision(), c.threads(), c.recompute()), c);
        assertEquals(new Delta.Lora(8, 16, List.of("q_proj")), s.delta());
        assertEquals(List.of(), last.milestones());
        assertEquals(2, runs.get(0).milestones().size());
    }

    @Test
    void aSetMaySayWhichColumnsStandForAForm() throws Exception {
        SearchSettings.Data data =
                read("""
                                {"data": {"a": {"files": ["polite", "terse"],
                                                "columns": {"question": "instruction"}},
                                          "b": "polite"}}
                                """)
                        .runs()
                        .get(0)
                        .settings()
                        .data();
        assertEquals(2, data.files().size());
        assertEquals(Map.of("question", "instruction"), data.columns());
        assertRefused(
                "data set a must be with files, but is: without files",
                "{\"data\": {\"a\": {\"columns\": {}}}}");
        assertRefused(
                "name in a must be one of \\[files, columns], but is: file",
                "{\"data\": {\"a\": {\"file\": \"polite\"}}}");
    }

    @Test
    void thePapersGridNamesModelsAndDataOfTheHub() {
        Path studies = Path.of("..", "studies");
        Study alignment = Study.written(studies.resolve("alignment.json"));
        assertEquals(Set.of("llama2", "llama3.1", "mistral"), alignment.models().keySet());
        assertEquals(Set.of("alpaca", "lima", "norobots"), alignment.data().keySet());
        Study reasoning = Study.written(studies.resolve("reasoning.json"));
        assertEquals(Set.of("limo", "s1.1"), reasoning.data().keySet());
        for (Study study : List.of(alignment, reasoning)) {
            for (String model : study.models().values()) {
                assertTrue(HubId.parse(HubId.Kind.MODEL, model).isPresent(), model);
            }
            for (Study.Source set : study.data().values()) {
                String name = set.files().get(0);
                assertTrue(HubId.parse(HubId.Kind.DATASET, name).isPresent(), name);
            }
            study.settings().values().forEach(s -> Runs.changed(SearchSettings.embedded(), s));
        }
    }

    @Test
    void moreSeedsChangeNoRunThereIs() throws Exception {
        List<Study.Run> two =
                read("{\"data\": {\"a\": \"polite\", \"b\": \"terse\"}, \"seeds\": 2}").runs();
        List<Study.Run> three =
                read("{\"data\": {\"a\": \"polite\", \"b\": \"terse\"}, \"seeds\": 3}").runs();
        assertEquals(
                List.of("a-1", "a-2", "b-101", "b-102"),
                two.stream().map(Study.Run::name).toList());
        assertTrue(three.containsAll(two));
    }

    @Test
    void whatIsNoStudyIsRefusedInOneLine() throws Exception {
        assertRefused(
                "name in .* must be one of \\[data, milestones, models, seeds, settings], but is: sets",
                "{\"sets\": 1}");
        assertRefused(".*study\\.json must be with data, but is: without data", "{}");
        assertRefused(".*study\\.json must be a study, but is: .*", "{\"data\": ");
        assertRefused(".*study\\.json must be a JSON object, but is: \\[]", "[]");
        assertRefused(
                "seeds must be between 1 and 100, but is: 0",
                "{\"data\": {\"a\": \"polite\"}, \"seeds\": 0}");
        assertRefused(
                "name in a study must be letters, digits, \\. and _, but is: \\.\\./x",
                "{\"data\": {\"../x\": \"polite\"}}");
        assertRefused(
                "file of a must be there, but is: none\\.json",
                "{\"data\": {\"a\": \"none.json\"}}");
        assertRefused(
                "environment variable ILA_NOWHERE of a study must be set, but is: not set",
                "{\"data\": {\"a\": \"${ILA_NOWHERE}/x.json\"}}");
        assertRefused(
                "setting must be one of \\[compute.device, .*], but is: data.limits",
                "{\"data\": {\"a\": \"polite\"}, \"settings\": {\"x\": {\"data.limits\": 3}}}");
        assertRefused(
                "settings must fit, but are: \\{data.limit=-1} \\(limit must be 0 or more, but is: -1\\)",
                "{\"data\": {\"a\": \"polite\"}, \"settings\": {\"x\": {\"data.limit\": -1}}}");
        assertRefused(
                "settings must fit, but are: .*compute.precision.*",
                "{\"data\": {\"a\": \"polite\"}, \"settings\": {\"x\": {\"compute.precision\": \"f8\"}}}");
        assertRefused(
                "milestone must be as \"50 %\" of stage 1 or \"20 steps\" after warm-up, but is: half",
                "{\"data\": {\"a\": \"polite\"}, \"milestones\": {\"a\": [\"half\"]}}");
        assertRefused(
                "data set with milestones must be one of the study's, but is: b",
                "{\"data\": {\"a\": \"polite\"}, \"milestones\": {\"b\": []}}");
    }

    private void assertRefused(String message, String text) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> read(text).runs(), text);
        assertTrue(e.getMessage().matches("(?s)" + message), e.getMessage());
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    }

    private Study read(String text) throws Exception {
        Path file = folder.resolve("study.json");
        Files.writeString(file, text);
        return Study.read(file);
    }
}

package dev.ila.notebooks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every notebook runs from top to bottom in a real kernel and shows what it was kept with. */
@Tag("notebooks")
class NotebooksTest {
    @Test
    void allRunAndKeepTheirWord() throws Exception {
        Lab.Said said = Lab.run(Map.of(), "check");
        assertEquals(0, said.code(), said.text());
        List<String> passed = said.text().lines().filter(l -> l.contains(": passed, ")).toList();
        assertEquals(NotebookFilesTest.NAMES.size(), passed.size(), said.text());
        passed.forEach(System.out::println);
    }
}

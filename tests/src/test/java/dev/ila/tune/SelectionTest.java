package dev.ila.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.model.LinearLayer;
import dev.ila.rank.Ranking;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelectionTest {
    static final List<LinearLayer> LAYERS = layers(3, "q_proj", "up_proj");

    @TempDir Path folder;

    @Test
    void theTopOfARankingIsChosenByNameAndTheBottomFrozen() {
        Ranking ranking = Ranking.of(LAYERS, new double[] {0.1, 0.9, 0.5, 0.8, 0.2, 0.7});
        Selection half = Selection.top(LAYERS, ranking, 0.5);
        assertEquals(
                List.of(
                        "model.layers.0.up_proj",
                        "model.layers.1.up_proj",
                        "model.layers.2.up_proj"),
                half.names());
        assertEquals(
                Set.of("q_proj"),
                new TreeSet<>(half.frozen().stream().map(LinearLayer::projection).toList()));
        assertEquals("the top 3 of a ranking of 6", half.how());
        // Of a ranking with fewer layers the share is that of its own.
        Ranking some = Ranking.of(LAYERS.subList(0, 4), new double[] {4, 3, 2, 1});
        Selection top = Selection.top(LAYERS, some, 0.25);
        assertEquals(List.of(LAYERS.get(0)), top.chosen());
        assertEquals("the top 1 of a ranking of 4; 2 that it does not rank are frozen", top.how());
        Ranking equal = Ranking.of(LAYERS, new double[] {1, 5, 2, 2, 2, 0});
        Selection cut = Selection.top(LAYERS, equal, 0.5);
        assertEquals(List.of(LAYERS.get(1), LAYERS.get(2), LAYERS.get(3)), cut.chosen());
        assertEquals(
                "the top 3 of a ranking of 6; 2 of 3 that are equal at the cut, early blocks first",
                cut.how());
    }

    @Test
    void aRankingOfAnyoneMayBeCsvOrJson() throws Exception {
        Path csv =
                Files.writeString(
                        folder.resolve("a.csv"),
                        "layer,score\nmodel.layers.0.q_proj.weight,1\nmodel.layers.2.up_proj,2\n");
        Path object =
                Files.writeString(
                        folder.resolve("b.json"),
                        "{\"model.layers.0.q_proj\": 1, \"model.layers.2.up_proj\": 2e0}");
        Path list =
                Files.writeString(
                        folder.resolve("c.json"),
                        "[{\"layer\": \"model.layers.0.q_proj\", \"score\": 1},"
                                + " {\"layer\": \"model.layers.2.up_proj\", \"score\": 2}]");
        for (Path file : List.of(csv, object, list)) {
            Ranking ranking = Ranking.fromAny(file, new ArrayList<>());
            assertEquals(
                    List.of("model.layers.2.up_proj"), Selection.top(LAYERS, ranking, 0.5).names());
        }
        Path broken = Files.writeString(folder.resolve("d.json"), "[1, 2]");
        assertTrue(
                refused(() -> Ranking.fromAny(broken, new ArrayList<>()))
                        .startsWith(broken + " must be a JSON object of layers and scores, or "));
        Path words = Files.writeString(folder.resolve("e.json"), "{\"model.layers.0.q\": \"x\"}");
        assertTrue(
                refused(() -> Ranking.fromAny(words, new ArrayList<>()))
                        .endsWith("score must be a finite number, but is: \"x\""));
    }

    @Test
    void namesAndPatternsChooseWholeNamesOrEnds() {
        assertEquals(3, Selection.named(LAYERS, List.of("up_proj")).chosen().size());
        assertEquals(
                List.of("model.layers.0.q_proj", "model.layers.2.up_proj"),
                Selection.named(LAYERS, List.of("2.up_proj", "model.layers.0.q_proj")).names());
        assertEquals(
                List.of("model.layers.0.q_proj", "model.layers.2.q_proj"),
                Selection.matching(LAYERS, "model\\.layers\\.[02]\\.q.*").names());
    }

    @Test
    void whatMatchesNothingIsNamedWithWhatThereIs() {
        String rest =
                " must be one of the model's 6, as model.layers.0.q_proj, or the end of their"
                        + " names, as one of q_proj, up_proj, but is: ";
        String targets =
                "target must be one of [all-linear, q_proj, up_proj] or a layer's name, but is: ";
        assertEquals(
                targets + "k_proj",
                refused(() -> Selection.named(LAYERS, List.of("q_proj", "k_proj"))));
        assertEquals(targets + "proj", refused(() -> Selection.named(LAYERS, List.of("proj"))));
        // A pattern is for the whole name, as PEFT's is.
        assertEquals(
                "pattern" + rest + "q_proj", refused(() -> Selection.matching(LAYERS, "q_proj")));
        assertTrue(
                refused(() -> Selection.matching(LAYERS, "("))
                        .startsWith("pattern must be a regular expression, but is: ( ("));
        Ranking other = Ranking.of(layers(4, "q_proj"), new double[] {1, 2, 3, 4});
        assertEquals(
                "layer of the ranking" + rest + "model.layers.3.q_proj",
                refused(() -> Selection.top(LAYERS, other, 0.25)));
    }

    static List<LinearLayer> layers(int blocks, String... projections) {
        List<LinearLayer> layers = new ArrayList<>();
        for (int b = 0; b < blocks; b++) {
            for (String p : projections) {
                String name = "model.layers." + b + "." + p;
                layers.add(new LinearLayer(layers.size(), name, b, p, 4, 4));
            }
        }
        return layers;
    }

    private static String refused(org.junit.jupiter.api.function.Executable call) {
        return assertThrows(IllegalArgumentException.class, call).getMessage();
    }
}

package dev.ila.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scores of other tools. */
class ScoreTableTest {
    @TempDir Path folder;

    private final List<String> notes = new ArrayList<>();

    @Test
    void namesAndScoresAreEnoughInAnyOrderOfRowsAndColumns() throws Exception {
        Ranking ranking =
                read(
                        "Score,\"Layer\",comment\n"
                                + "0.5,model.layers.10.mlp.up_proj.weight,\"a, b\"\n"
                                + " 0.25 ,base_model.model.model.layers.2.self_attn.q_proj,\n"
                                + "1e-3,lm_head,\n"
                                + "0.75,model.layers.2.mlp.up_proj,x\n");
        assertEquals(
                List.of(
                        "model.layers.2.mlp.up_proj",
                        "model.layers.10.mlp.up_proj",
                        "model.layers.2.self_attn.q_proj"),
                ranking.scores().stream().map(s -> s.layer().name()).toList());
        assertEquals(
                List.of(2, 2, 10), ranking.byIndex().stream().map(s -> s.layer().block()).toList());
        assertEquals("up_proj", ranking.scores().get(0).layer().projection());
        assertEquals(1, notes.size());
        assertTrue(notes.get(0).endsWith("scores.csv: lm_head left out, which is in no block"));
    }

    @Test
    void ourOwnTableComesBackWhole() throws Exception {
        Ranking own = Ranking.of(Layers.of(2), Layers.noise(14, 1));
        assertEquals(own, read(own.toCsv()));
    }

    @Test
    void whatIsNoScoreIsNamedByItsRow() throws Exception {
        for (String bad : List.of("NaN", "", "high", "Infinity")) {
            String message = refused("layer,score\na.0.b,1\na.1.b," + bad + "\n");
            assertTrue(
                    message.matches(
                            ".*scores\\.csv: row 2: score must be a finite number, but is: .*"),
                    message);
        }
    }

    @Test
    void aLayerTwiceOrAMissingColumnIsRefused() throws Exception {
        assertTrue(
                refused("layer,score\na.0.b,1\na.0.b,2\n")
                        .endsWith("row 2: layer must be there once only, but is: a.0.b"));
        assertTrue(
                refused("name,score\na.0.b,1\n")
                        .endsWith(": columns must include layer and score, but are: name, score"));
        assertTrue(
                refused("layer,score\nlm_head,1\n")
                        .endsWith("number of layers in blocks must be 1 or more, but is: 0"));
        assertTrue(refused("").contains("scores.csv"));
    }

    private Ranking read(String text) throws Exception {
        Path file = folder.resolve("scores.csv");
        Files.writeString(file, text);
        return Ranking.fromAny(file, notes);
    }

    private String refused(String text) {
        return assertThrows(IllegalArgumentException.class, () -> read(text)).getMessage();
    }
}

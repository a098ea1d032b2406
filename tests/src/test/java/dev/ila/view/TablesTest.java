package dev.ila.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.rank.Layers;
import dev.ila.rank.Ranking;
import java.util.List;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class TablesTest {
    private final Ranking ranking = Ranking.of(Layers.of(1), new double[] {1, 7, 3, 5, 2, 6, 4});

    @Test
    void theRankingHasARowForEachLayer() {
        Table table = Tables.ranking(ranking);
        assertEquals(
                List.of("rank", "layer", "block", "projection", "parameters", "logit", "score"),
                table.columnNames());
        assertEquals(7, table.rowCount());
        assertEquals("k_proj", table.stringColumn("projection").get(0));
    }

    @Test
    void topAndBottomAreItsEnds() {
        assertEquals(List.of(1, 2), Tables.top(ranking, 2).intColumn("rank").asList());
        assertEquals(List.of(6, 7), Tables.bottom(ranking, 2).intColumn("rank").asList());
        assertEquals(7, Tables.top(ranking, 99).rowCount());
    }

    @Test
    void textAlignsColumnsAndCutsNothing() {
        assertEquals(
                "Most important\n"
                        + "rank  layer                            block  projection  parameters  logit "
                        + " score\n"
                        + "   1  model.layers.0.self_attn.k_proj      0  k_proj           4,096  7.000 "
                        + " 7.000\n"
                        + "   2  model.layers.0.mlp.up_proj           0  up_proj          8,192  6.000 "
                        + " 6.000\n",
                Tables.text(Tables.top(ranking, 2)));
    }

    @Test
    void groupsHaveARowEach() {
        assertEquals(7, Tables.byProjection(ranking).rowCount());
        assertEquals(
                "By block\n"
                        + "block  layers  parameters  mean score  mean rank\n"
                        + "0           7      40,960       4.000      4.000\n",
                Tables.text(Tables.byDepth(ranking)));
    }

    @Test
    void aHeldOutLossThatWasNotMeasuredIsEmpty() {
        Table table = Tables.history(ChartsTest.history(10));
        assertEquals(9, table.doubleColumn("held out").countMissing());
        assertEquals(2.1, table.doubleColumn("held out").get(9));
        assertEquals(10, Tables.text(table).lines().filter(l -> l.contains("1,000")).count());
    }

    @Test
    void numbersHaveFourSignificantDigits() {
        assertEquals("0.9961", Tables.significant(0.99607));
        assertEquals("1.000", Tables.significant(0.99996));
        assertEquals("12.35", Tables.significant(12.3456));
        assertEquals("12350", Tables.significant(12345.6));
        assertEquals("4.000", Tables.significant(4));
        assertEquals("2.000e-04", Tables.significant(2e-4));
        assertEquals("-0.5000", Tables.significant(-0.5));
        assertEquals("0.0", Tables.significant(0));
    }

    @Test
    void blocksShadeTheMostImportantDarkest() {
        assertEquals(
                "q_proj    ··\n"
                        + "k_proj    ██\n"
                        + "v_proj    ░░\n"
                        + "o_proj    ▓▓\n"
                        + "gate_proj ··\n"
                        + "up_proj   ██\n"
                        + "down_proj ▒▒\n"
                        + "          0  block\n"
                        + "          least important ····░░░░▒▒▓▓▓▓████ most important\n",
                Blocks.render(ranking, false));
    }

    @Test
    void colourIsSwitchedOffAtTheEndOfEachLine() {
        String text = Blocks.render(ranking, true);
        assertTrue(text.startsWith("q_proj    \u001b[48;5;17m  \u001b[0m\n"), text);
        assertTrue(
                text.lines().filter(l -> l.contains("[48")).allMatch(l -> l.contains("\u001b[0m")));
        assertFalse(text.contains("█"));
    }
}

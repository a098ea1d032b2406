package dev.ila.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ila.model.LinearLayer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Rankings of different layers are compared by stated rules or refused. */
class AlignmentTest {
    private final List<String> notes = new ArrayList<>();

    @Test
    void theSameNamesInAnyOrderAreTheSameLayersWhateverTheirSizes() {
        List<LinearLayer> layers = Layers.of(2);
        List<LinearLayer> others = new ArrayList<>();
        for (int i = 0; i < 14; i++) {
            LinearLayer l = layers.get(i);
            others.add(new LinearLayer(13 - i, l.name(), l.block(), l.projection(), 0, 0));
        }
        double[] values = Layers.noise(14, 1);
        List<RankedRun> runs =
                Alignment.SAME.apply(
                        List.of(run("a", layers, values), run("b", others, values)), notes);
        assertEquals(runs.get(0).ranking(), runs.get(1).ranking());
        assertEquals(List.of(), notes);
    }

    @Test
    void aMissingLayerIsNamedWithBothRuns() {
        RankedRun whole = run("whole", Layers.of(2), Layers.noise(14, 1));
        RankedRun part = run("part", Layers.of(2).subList(0, 13), Layers.noise(13, 1));
        String message =
                "layers must be the same in all rankings, but is: model.layers.1.mlp.down_proj in"
                        + " whole and not in part; compare what they share with --match common, or"
                        + " models of different depth with --match depth";
        assertEquals(message, refused(whole, part));
        assertEquals(message, refused(part, whole));
    }

    @Test
    void commonLeavesOutAndSaysSo() {
        RankedRun whole = run("whole", Layers.of(2), Layers.noise(14, 1));
        RankedRun part = run("part", Layers.of(2).subList(0, 13), Layers.noise(13, 1));
        List<RankedRun> runs = Alignment.COMMON.apply(List.of(whole, part), notes);
        assertEquals(13, runs.get(0).ranking().size());
        assertEquals(13, runs.get(1).ranking().size());
        assertEquals(List.of("whole: 1 of 14 layers left out, which not all rankings have"), notes);
    }

    @Test
    void depthTakesTheBlockThatContainsTheRelativeDepth() {
        double[] deep = new double[6 * 7];
        for (int i = 0; i < deep.length; i++) {
            deep[i] = i;
        }
        List<RankedRun> runs =
                Alignment.DEPTH.apply(
                        List.of(
                                run("deep", Layers.of(6), deep),
                                run("shallow", Layers.of(4), Layers.noise(28, 1))),
                        notes);
        // (j + 1/2) / 4 of 6 blocks: 0.75, 2.25, 3.75, 5.25.
        assertEquals(
                List.of(0.0, 14.0, 21.0, 35.0),
                runs.get(0).ranking().byIndex().stream()
                        .filter(s -> s.layer().projection().equals("q_proj"))
                        .map(LayerScore::score)
                        .toList());
        assertEquals(28, runs.get(1).ranking().size());
        assertEquals(
                List.of("deep: 4 of its 6 blocks stand for relative depths of 4 blocks"), notes);
    }

    @Test
    void depthNeedsTheSameProjectionsEverywhere() {
        RankedRun deep = run("deep", Layers.of(6).subList(0, 40), Layers.noise(40, 1));
        RankedRun shallow = run("shallow", Layers.of(4), Layers.noise(28, 1));
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Alignment.DEPTH.apply(List.of(deep, shallow), notes));
        assertEquals(
                "up_proj in deep must be in every block, as in shallow, but is: none of block 5",
                e.getMessage());
    }

    private String refused(RankedRun a, RankedRun b) {
        return assertThrows(
                        IllegalArgumentException.class,
                        () -> Alignment.SAME.apply(List.of(a, b), notes))
                .getMessage();
    }

    private static RankedRun run(String name, List<LinearLayer> layers, double[] values) {
        return new RankedRun(
                name, Map.of("data", name), OptionalLong.empty(), Ranking.of(layers, values));
    }
}

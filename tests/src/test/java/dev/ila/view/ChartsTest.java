package dev.ila.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.rank.Comparison;
import dev.ila.rank.Layers;
import dev.ila.rank.Measure;
import dev.ila.rank.Overlap;
import dev.ila.rank.OverlapCurve;
import dev.ila.rank.RankedRun;
import dev.ila.rank.Ranking;
import dev.ila.search.Courses;
import dev.ila.search.MaskCourse;
import dev.ila.train.History;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.IChart;
import org.w3c.dom.Document;

class ChartsTest {
    @TempDir Path folder;

    @Test
    void aHeatMapHasACellForEachLayer() throws Exception {
        assertPicture(Charts.scores(ranking(30)), 990, 368, 100);
        assertPicture(Charts.ranks(ranking(6)), 560, 368, 30);
    }

    @Test
    void theMostImportantLayerIsTheLightestCell() throws Exception {
        double[] values = new double[7];
        values[0] = 1;
        BufferedImage image = read(Charts.scores(Ranking.of(Layers.of(1), values)));
        int top = image.getRGB(200, 55);
        int bottom = image.getRGB(200, 290);
        assertEquals(Palette.SEQUENTIAL[6].getRGB(), top);
        assertEquals(Palette.SEQUENTIAL[0].getRGB(), bottom);
    }

    @Test
    void equalScoresAndAMissingProjectionAreDrawnToo() throws Exception {
        assertPicture(Charts.scores(Ranking.of(Layers.of(2), new double[14])), 560, 368, 3);
        Ranking uneven = Ranking.of(Layers.of(2).subList(0, 8), Layers.noise(8, 1));
        assertPicture(Charts.scores(uneven), 560, 368, 8);
        assertPicture(
                Charts.ranks(Ranking.of(Layers.of(1).subList(0, 1), new double[1])), 560, 164, 2);
    }

    @Test
    void lossesAreDrawnWithWhatWasMeasured() throws Exception {
        assertPicture(Charts.losses(history(60), 1, OptionalInt.of(30)), 800, 450, 8);
        assertPicture(Charts.losses(history(1), 1, OptionalInt.empty()), 800, 450, 4);
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Charts.losses(history(5), 2, OptionalInt.empty()));
        assertEquals("number of steps to draw must be 1 or more, but is: 0", e.getMessage());
    }

    @Test
    void overlapIsDrawnWithItsChance() throws Exception {
        Ranking a = ranking(6);
        Ranking b = Ranking.of(Layers.of(6), Layers.noise(42, 9));
        assertPicture(Charts.overlap(Map.of("a, b", Overlap.curve(a, b))), 800, 450, 6);
    }

    @Test
    void theMaskHasALineForEachLayerAndALegendForEachProjection() throws Exception {
        XYChart chart = Charts.course(course(6));
        assertPicture(chart, 800, 450, 8);
        assertEquals(42, chart.getSeriesCollection().size());
        assertEquals(
                List.of(
                        "q_proj",
                        "k_proj",
                        "v_proj",
                        "o_proj",
                        "gate_proj",
                        "up_proj",
                        "down_proj"),
                chart.getSeriesCollection().stream()
                        .filter(XYSeries::isShowInLegend)
                        .map(XYSeries::getName)
                        .toList());
    }

    private static MaskCourse course(int blocks) {
        return Courses.of(Layers.of(blocks), 20);
    }

    @Test
    void theSpreadHasAPointForEachLayer() throws Exception {
        Ranking other = Ranking.of(Layers.of(30), Layers.noise(210, 9));
        XYChart chart = Charts.spread(List.of(ranking(30), other));
        assertPicture(chart, 800, 450, 8);
        assertEquals(
                210, chart.getSeriesCollection().stream().mapToInt(x -> x.getXData().length).sum());
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Charts.spread(List.of(ranking(6), ranking(5))));
        assertEquals(
                "number of rankings with model.layers.5.self_attn.q_proj must be all 2, but is: 1",
                e.getMessage());
    }

    @Test
    void curvesHaveABandForEachKindOfChanceAndALineForEachContrast() throws Exception {
        List<OverlapCurve> curves = comparison().curves();
        XYChart chart = Charts.curves(curves);
        assertEquals(
                List.of(
                        "unrelated pair, 95 %",
                        "shuffled within projections, 95 %",
                        "differs: seed alone",
                        "differs: data",
                        "unrelated sets"),
                chart.getSeriesCollection().stream().map(XYSeries::getName).toList());
        assertPicture(chart, 800, 450, 30);
    }

    @Test
    void aMatrixOfManyRunsHasRoomForTheirNames() throws Exception {
        Map<String, Ranking> many = new LinkedHashMap<>();
        for (int i = 0; i < 15; i++) {
            many.put("alpaca-gpt4-" + i, Ranking.of(Layers.of(4), Layers.noise(28, i)));
        }
        HeatMapChart chart = Charts.likeness("Spearman", many, Measure.spearman());
        assertPicture(chart, 130 + 8 * 14 + 44 * 15, 110 + 8 * 14 + 44 * 15, 60);
    }

    private static Comparison comparison() {
        List<RankedRun> runs = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Ranking r = Ranking.of(Layers.of(4), Layers.noise(28, i));
            Map<String, String> data = Map.of("data", "set " + i / 2);
            runs.add(new RankedRun("run " + i, data, OptionalLong.of(i), r));
        }
        return Comparison.of(runs, new Comparison.Settings(List.of(0.75), 0.9, 100, 1));
    }

    @Test
    void jaccardsMatrixNamesItsChance() throws Exception {
        Map<String, Ranking> rankings = new LinkedHashMap<>();
        for (String name : List.of("terse", "polite", "steps")) {
            rankings.put(name, Ranking.of(Layers.of(6), Layers.noise(42, name.length())));
        }
        HeatMapChart chart = Charts.jaccard(rankings, 0.75);
        assertEquals("Jaccard of the top 76 % (unrelated sets: 0.62)", chart.getTitle());
        assertPicture(chart, 480, 380, 5);
    }

    @Test
    void aLargeMatrixIsAveragedAndKeepsItsSigns() throws Exception {
        double[][] m = new double[300][200];
        for (int i = 0; i < 300; i++) {
            for (int j = 0; j < 200; j++) {
                m[i][j] = i < 150 ? -1 : 1;
            }
        }
        BufferedImage image = read(Charts.weights("W", m, 1));
        Color top = new Color(image.getRGB(180, 90));
        Color bottom = new Color(image.getRGB(180, 240));
        assertTrue(top.getBlue() > 2 * top.getRed(), "negative is blue, but is: " + top);
        assertTrue(bottom.getRed() > 2 * bottom.getBlue(), "positive is orange: " + bottom);
        assertEquals(990, Charts.beside(three(m)).getWidth());
    }

    private static IChart[] three(double[][] m) {
        IChart chart = Charts.weights("W", m, 1);
        return new IChart[] {chart, chart, chart};
    }

    @Test
    void barsAreDrawnForChoicesAndValues() throws Exception {
        CategoryChart chart = Charts.tuned(ranking(6), 13);
        assertEquals("13 layers tuned, 29 frozen", chart.getTitle());
        assertPicture(chart, 800, 400, 4);
        assertPicture(Charts.bars("Gained", "nats", Map.of("all", 0.5)), 800, 400, 3);
    }

    @Test
    void aSavedChartIsAPngAndAnSvgThatParses() throws Exception {
        Charts.save(Charts.scores(ranking(6)), folder.resolve("charts/scores"));
        assertTrue(Files.size(folder.resolve("charts/scores.png")) > 1000);
        Document svg = parse(Files.readAllBytes(folder.resolve("charts/scores.svg")));
        assertEquals("svg", svg.getDocumentElement().getLocalName());
        assertTrue(svg.getElementsByTagName("*").getLength() > 6 * 7 + 13, "cells and labels");
    }

    @Test
    void smoothingIsTheMeanOfTheLastValues() {
        assertEquals(
                List.of(2.0, 3.0, 5.0, 7.0),
                java.util.Arrays.stream(Lines.smooth(new double[] {2, 4, 6, 8}, 2))
                        .boxed()
                        .toList());
    }

    static History history(int steps) {
        List<History.Step> all = new ArrayList<>();
        for (int i = 1; i <= steps; i++) {
            OptionalDouble heldOut =
                    i % 10 == 0 ? OptionalDouble.of(2 + 1.0 / i) : OptionalDouble.empty();
            all.add(new History.Step(1, i, 2 + Math.sin(i), 2e-4, 0.5, 1000, 0.25, heldOut));
        }
        return new History(all);
    }

    private static Ranking ranking(int blocks) {
        return Ranking.ofMask(Layers.of(blocks), Layers.noise(7 * blocks, 1));
    }

    private static void assertPicture(IChart chart, int width, int height, int colours)
            throws Exception {
        BufferedImage image = read(chart);
        assertEquals(width, image.getWidth());
        assertEquals(height, image.getHeight());
        Set<Integer> seen = new HashSet<>();
        for (int x = 0; x < width; x += 3) {
            for (int y = 0; y < height; y += 3) {
                seen.add(image.getRGB(x, y));
            }
        }
        assertTrue(seen.size() >= colours, seen.size() + " colours");
        assertEquals("svg", parse(Charts.svg(chart)).getDocumentElement().getLocalName());
    }

    private static BufferedImage read(IChart chart) throws Exception {
        return ImageIO.read(new ByteArrayInputStream(Charts.png(chart)));
    }

    private static Document parse(byte[] svg) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        // The document type's address would be fetched.
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(svg));
    }
}

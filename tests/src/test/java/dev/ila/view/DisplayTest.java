package dev.ila.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.rank.Agreement;
import dev.ila.rank.Layers;
import dev.ila.rank.Overlap;
import dev.ila.rank.Ranking;
import dev.ila.train.History;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Each result has a look in HTML or as a picture, and one in plain text. */
class DisplayTest {
    private final Ranking a = Ranking.of(Layers.of(6), Layers.noise(42, 1));
    private final Ranking b = Ranking.of(Layers.of(6), Layers.noise(42, 2));

    @Test
    void aRankingIsTheTopAndTheBottom() throws Exception {
        Map<String, String> looks = Display.of(a);
        assertEquals(Set.of("text/html", "text/plain"), looks.keySet());
        assertEquals(2, rows(looks.get("text/html"), "caption"));
        assertEquals(2 * 9, rows(looks.get("text/html"), "tr"));
        assertTrue(looks.get("text/plain").startsWith("Most important\nrank  layer"));
        Ranking one = Ranking.of(Layers.of(1).subList(0, 1), new double[1]);
        assertEquals(2, rows(Display.of(one).get("text/html"), "tr"));
    }

    @Test
    void overlapAndAgreementStandBesideChance() throws Exception {
        String overlap = Display.of(Overlap.of(a, b, 0.75)).get("text/html");
        assertTrue(overlap.contains("unrelated sets"), overlap);
        assertEquals(2, rows(overlap, "tr"));
        String text = Display.of(Agreement.spearman(List.of(a, b), 100, 1)).get("text/plain");
        assertTrue(text.contains("chance from"), text);
    }

    @Test
    void aLongHistoryIsThinnedToItsFirstItsLastAndSomeBetween() throws Exception {
        List<History.Step> steps = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            steps.add(new History.Step(1, i, 2, 1e-3, 1, 9, 1, OptionalDouble.empty()));
        }
        String html = Display.of(new History(steps)).get("text/html");
        assertEquals(13, rows(html, "tr"));
        String text = Display.of(new History(steps)).get("text/plain");
        List<String> lines = text.lines().toList();
        assertTrue(lines.get(2).strip().startsWith("1     1 "), text);
        assertTrue(lines.get(13).strip().startsWith("1   100 "), text);
        assertFalse(lines.get(1).contains("seconds"), "times differ from run to run: " + text);
    }

    @Test
    void aHistoryShowsTheStepsWhereTheHeldOutLossWasMeasured() {
        List<History.Step> steps = new ArrayList<>();
        for (int i = 1; i <= 60; i++) {
            OptionalDouble held = i % 10 == 0 ? OptionalDouble.of(1.5) : OptionalDouble.empty();
            steps.add(new History.Step(1, i, 2, 1e-3, 1, 9, 1, held));
        }
        List<String> lines = Display.of(new History(steps)).get("text/plain").lines().toList();
        assertEquals(2 + 1 + 6, lines.size());
        assertEquals(6, lines.stream().filter(l -> l.contains("1.500")).count());
    }

    @Test
    void aChartIsAPngWithItsTitleForText() throws Exception {
        Map<String, String> looks = Display.of(Charts.scores(a));
        assertEquals("chart: Score by layer", looks.get("text/plain"));
        byte[] png = Base64.getDecoder().decode(looks.get("image/png"));
        assertTrue(ImageIO.read(new ByteArrayInputStream(png)).getWidth() > 500);
    }

    @Test
    void aTablesWordsAreEscapedAndItsNumbersShort() throws Exception {
        Table table =
                Table.create(
                        "a < b & c",
                        StringColumn.create("<name>", "x > y"),
                        DoubleColumn.create("value", 0.123456789));
        String html = Display.of(table).get("text/html");
        assertEquals(2, rows(html, "tr"));
        assertTrue(
                html.contains("<caption style=\"text-align:left\">a &lt; b &amp; c</caption>"),
                html);
        assertTrue(html.contains("<td style=\"text-align:right\">0.1235</td>"), html);
        assertTrue(html.contains("<td style=\"text-align:left\">x &gt; y</td>"), html);
    }

    @Test
    void whatHasNoLookIsRefused() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Display.of("text"));
        assertEquals(
                "result to display must be one of [Ranking, Overlap, Agreement, History, Tuned,"
                        + " Masked, Table, Chart, BufferedImage], but is: String",
                e.getMessage());
    }

    /** How many elements of a name there are in what must be well-formed. */
    private static int rows(String html, String name) throws Exception {
        byte[] bytes = ("<html>" + html + "</html>").getBytes(StandardCharsets.UTF_8);
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(bytes))
                .getElementsByTagName(name)
                .getLength();
    }
}

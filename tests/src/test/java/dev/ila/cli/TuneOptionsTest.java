package dev.ila.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.data.Demo;
import dev.ila.model.Checkpoint;
import dev.ila.model.LinearLayer;
import dev.ila.rank.Ranking;
import dev.ila.run.AtomicFiles;
import dev.ila.run.RunDirectory;
import dev.ila.search.Delta;
import dev.ila.search.Search;
import dev.ila.search.SearchSettings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What {@code ila-tune} tunes, and what it says before; and what {@code ila-export} prints. */
class TuneOptionsTest {
    @TempDir Path folder;

    private List<LinearLayer> layers;
    private Path scores;

    @BeforeEach
    void aRanking() {
        layers = Checkpoint.open(Demo.extract()).layers();
        double[] score = IntStream.range(0, layers.size()).mapToDouble(i -> i).toArray();
        scores = folder.resolve("scores.csv");
        AtomicFiles.write(scores, Ranking.of(layers, score).toCsv());
    }

    @Test
    void theLeastImportantQuarterIsFrozenUnlessAnotherShareIsAskedFor() {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        SearchSettings usual = begin(said, "--ranking=" + scores);
        assertEquals(1, usual.lastStage());
        assertEquals(
                layers.subList(14, 56).stream().map(LinearLayer::name).toList(),
                ((Delta.Lora) usual.delta()).targets());
        String text = said.toString(StandardCharsets.UTF_8);
        assertTrue(
                text.startsWith("Tuning 42 of 56 layers: the top 42 of a ranking of 56\n"), text);
        assertTrue(text.contains("\nup_proj         6   8   73,728  2 3 4 5 6 7\n"), text);
        assertTrue(text.contains(" numbers are trained, of 77,824 with all layers (75.0 %)"), text);
        assertTrue(text.contains("A step takes "), text);
        Matcher memory =
                Pattern.compile("\nMemory ([\\d.]+) GB, of all layers ([\\d.]+) GB \\(measured, ")
                        .matcher(text);
        assertTrue(memory.find(), text);
        assertTrue(Double.parseDouble(memory.group(1)) > 0.05, text);
        assertTrue(
                Double.parseDouble(memory.group(2)) > 0.9 * Double.parseDouble(memory.group(1)),
                text);
        SearchSettings full =
                begin(said, "--ranking=" + scores, "--top=0.05", "--full", "--steps=7");
        assertEquals(
                layers.subList(53, 56).stream().map(LinearLayer::name).toList(),
                ((Delta.Full) full.delta()).targets());
        assertEquals(7, full.stage1().schedule().steps());
        SearchSettings named = begin(said, "--layers=7.mlp.up_proj", "--rank=4", "--alpha=4");
        assertEquals(new Delta.Lora(4, 4, List.of("model.layers.7.mlp.up_proj")), named.delta());
    }

    @Test
    void lisaTunesWholeBlocksWithEmbeddingHeadAndNorms() {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        SearchSettings settings = begin(said, "--lisa=2", "--lisa-every=5");
        assertEquals(new Delta.Lisa(2, 5), settings.delta());
        String text = said.toString(StandardCharsets.UTF_8);
        assertTrue(
                text.startsWith(
                        "Tuning 56 of 56 layers: LISA, 2 whole blocks at a time, with embedding,"
                                + " head and final norm\n"),
                text);
        assertTrue(text.contains("A step takes "), text);
        refused(
                "choice of layers must be left out with --lisa, but is: given",
                "--lisa=2",
                "--layers=up_proj");
        refused(
                "--lisa-every must be given with --lisa, but is: alone",
                "--lisa-every=2",
                "--layers=up_proj");
        refused("blocks at a time must be at most the 8 of the model, but is: 9", "--lisa=9");
    }

    @Test
    void whatCannotBeTunedIsRefusedBeforeAnythingIsMade() throws Exception {
        refused("choice of layers must be one of --ranking, --layers and --pattern, but is: none");
        refused(
                "choice of layers must be one of --ranking, --layers and --pattern, but is:"
                        + " --ranking and --layers",
                "--ranking=" + scores,
                "--layers=up_proj");
        refused("--top must be given with --ranking, but is: 0.3", "--layers=up_proj", "--top=0.3");
        refused(
                "--top must be above 0 and at most 1, but is: 3.0",
                "--ranking=" + scores,
                "--top=3");
        refused(
                "kind of change must be one of --full, --lisa, or LoRA or AdaLoRA with their options,"
                        + " but is: --full and --rank or --alpha",
                "--layers=up_proj",
                "--full",
                "--rank=4");
        Path there = Files.createDirectory(folder.resolve("there"));
        Files.writeString(there.resolve("x"), "x");
        Tuner tuner = new Tuner();
        new CommandLine(tuner).parseArgs("--layers=up_proj", "--merge=" + there);
        assertEquals(
                "directory to merge into must be new or empty, but is: " + there,
                assertThrows(IllegalArgumentException.class, tuner.options::merge).getMessage());
    }

    @Test
    void anExportBeginsWithWhatWasChosen() {
        ExportOptions options = new ExportOptions();
        new CommandLine(new Exporter(options))
                .parseArgs("--ranking=" + scores, "--top=0.05", "--to=llama-factory,peft");
        String text = options.export();
        assertTrue(
                text.startsWith(
                        "# 3 of 56 layers: the top 3 of a ranking of 56\n\n# LLaMA-Factory\n"),
                text);
        assertTrue(text.contains("\n# PEFT\n"), text);
        ExportOptions half = new ExportOptions();
        new CommandLine(new Exporter(half)).parseArgs("--merge=" + folder.resolve("m"));
        assertEquals(
                "--run and --merge must be given together, but is: --merge alone",
                assertThrows(IllegalArgumentException.class, half::export).getMessage());
    }

    @Test
    void aCardHasWhatTheHubReadsAndNoPlaceOfThisMachine() throws Exception {
        SearchSettings settings =
                begin(new ByteArrayOutputStream(), "--ranking=" + scores, "--steps=2");
        Path run = folder.resolve("ila-tune-7");
        try (RunDirectory directory = RunDirectory.create(run)) {
            Search.start(settings, directory, new Search.Observer() {});
        }
        Path to = folder.resolve("card");
        String said =
                export("--run=" + run, "--ranking=" + scores, "--card=" + to, "--license=mit");
        assertEquals("Model card: " + to.resolve("README.md") + "\n", said);
        String card = Files.readString(to.resolve("README.md"));
        String name = Demo.extract().getFileName().toString();
        assertTrue(
                card.startsWith(
                        "---\nlicense: mit\nbase_model: %1$s\nlibrary_name: peft\ntags:\n- ila\n- selective-fine-tuning\n- lora\n- base_model:adapter:%1$s\n---\n\n# ila-tune-7\n\n42 of the 56 linear layers of `%1$s` were fine-tuned, by LoRA of rank 8, alpha 16.0;"
                                .formatted(name)),
                card);
        for (String has :
                List.of(
                        "\n| up_proj | 6 | 8 | 73,728 | 2 3 4 5 6 7 |\n",
                        "](ranks.png)\n",
                        "\n- steps: 2\n",
                        "\n- data: polite.json\n",
                        "\n- SHA-256 of polite.json: ",
                        "\n- pytorch: 2.7.1\n")) {
            assertTrue(card.contains(has), has + " in\n" + card);
        }
        assertTrue(!card.contains(folder.toString()) && !card.contains("/home"), card);
        assertTrue(Files.size(to.resolve("ranks.png")) > 1000);
        assertEquals(
                "model card must be a file that is not there yet, but is: "
                        + to.resolve("README.md"),
                assertThrows(
                                IllegalArgumentException.class,
                                () -> export("--run=" + run, "--card=" + to))
                        .getMessage());
        assertEquals(
                "license must be a name as apache-2.0 or cc-by-4.0, but is: MIT License",
                assertThrows(
                                IllegalArgumentException.class,
                                () ->
                                        export(
                                                "--run=" + run,
                                                "--card=" + run,
                                                "--license=MIT License"))
                        .getMessage());
    }

    private static String export(String... arguments) {
        ExportOptions options = new ExportOptions();
        new CommandLine(new Exporter(options)).parseArgs(arguments);
        return options.export();
    }

    @Command
    private static final class Tuner {
        @Mixin private CommonOptions common;
        @Mixin private TuneOptions options;
    }

    @Command
    private static final class Exporter {
        @Mixin private final ExportOptions options;

        Exporter(ExportOptions options) {
            this.options = options;
        }
    }

    private static SearchSettings begin(ByteArrayOutputStream said, String... arguments) {
        Tuner tuner = new Tuner();
        String[] all = new String[arguments.length + 3];
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        all[0] = "--threads=2";
        all[1] = "--limit=60";
        all[2] = "--held-out=4";
        new CommandLine(tuner).parseArgs(all);
        said.reset();
        return tuner.options.begin(tuner.common, new PrintStream(said, true));
    }

    private static void refused(String message, String... arguments) {
        assertEquals(
                message,
                assertThrows(
                                IllegalArgumentException.class,
                                () -> begin(new ByteArrayOutputStream(), arguments))
                        .getMessage());
    }
}

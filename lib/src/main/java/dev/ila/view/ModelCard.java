package dev.ila.view;

import dev.ila.model.Checkpoint;
import dev.ila.model.LinearLayer;
import dev.ila.rank.Ranking;
import dev.ila.run.AtomicFiles;
import dev.ila.run.Json;
import dev.ila.run.Require;
import dev.ila.search.Delta;
import dev.ila.search.DeltaTheta;
import dev.ila.search.Named;
import dev.ila.search.Result;
import dev.ila.search.Runs;
import dev.ila.search.SearchSettings;
import dev.ila.train.Schedule;
import dev.ila.tune.Selection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tech.tablesaw.api.Table;

/**
 * A finished run as the hub shows a model: {@code README.md} with the front matter that the hub
 * reads, and {@code ranks.png} if its ranking is known. It names no place of this machine.
 */
public final class ModelCard {
    private ModelCard() {}

    /**
     * Writes both.
     *
     * @param run its directory
     * @param ranking by which its layers were chosen, or which it found
     * @param license SPDX name in small letters, as {@code apache-2.0}; {@code unknown} if it is
     *     not known
     * @param to a directory, as that of the adapter or of the merged model
     * @throws IllegalArgumentException if the run is not finished, or a card is there
     */
    public static void write(Path run, Optional<Ranking> ranking, String license, Path to) {
        AtomicFiles.write(requireNew(license, to), text(run, ranking, license));
        ranking.ifPresent(
                r -> AtomicFiles.write(to.resolve("ranks.png"), SmallPng.of(Charts.ranks(r))));
    }

    /** Fails, before anything is written, if the licence is no name or a card is there. */
    public static Path requireNew(String license, Path to) {
        Path card = to.resolve("README.md");
        Require.that(!Files.exists(card), card, "model card", "a file that is not there yet");
        Require.that(
                license.matches("[a-z0-9.-]+"),
                license,
                "license",
                "a name as apache-2.0 or cc-by-4.0");
        return card;
    }

    /** The card's text. */
    static String text(Path run, Optional<Ranking> ranking, String license) {
        Path file = run.resolve("result.json");
        Require.that(Files.exists(file), run, "run", "finished, with its result.json");
        Result result = Json.read(file, Result.class);
        SearchSettings settings = Runs.settings(run);
        boolean adapter = Files.exists(run.resolve("adapter"));
        String base = name(settings.model());
        StringBuilder out = new StringBuilder("---\n");
        out.append("license: ").append(license).append('\n');
        out.append("base_model: ").append(base).append('\n');
        out.append("library_name: ").append(adapter ? "peft" : "transformers").append('\n');
        List<String> sets = settings.data().files().stream().filter(Named::isOnHub).toList();
        if (!sets.isEmpty()) {
            out.append("datasets:\n");
            sets.forEach(s -> out.append("- ").append(s.replaceAll("[@:].*", "")).append('\n'));
        }
        out.append("tags:\n- ila\n- selective-fine-tuning\n");
        out.append(adapter ? "- lora\n- base_model:adapter:" + base + "\n" : "").append("---\n\n");
        out.append("# ").append(run.toAbsolutePath().normalize().getFileName()).append("\n\n");
        tuned(out, run, settings, base);
        ranking.ifPresent(r -> ranking(out, r));
        if (settings.delta().learned()) {
            training(out, settings, result);
        }
        found(out, result);
        origin(out, result, settings);
        return out.toString();
    }

    /** The hub's name without its revision, or a directory's own name. */
    private static String name(String model) {
        return Named.isOnHub(model)
                ? model.replaceAll("@.*", "")
                : Path.of(model).toAbsolutePath().normalize().getFileName().toString();
    }

    private static void tuned(StringBuilder out, Path run, SearchSettings settings, String base) {
        Checkpoint checkpoint = Checkpoint.open(Named.directory(settings.model()));
        List<LinearLayer> layers = checkpoint.layers();
        DeltaTheta change = DeltaTheta.read(run, layers);
        Selection selection = new Selection(layers, change.changed(), "those of the run");
        out.append(
                "%d of the %d linear layers of `%s` were fine-tuned, %s%s.\n\n"
                        .formatted(
                                change.changed().size(),
                                layers.size(),
                                base,
                                how(settings.delta()),
                                change.elsewhere().isEmpty()
                                        ? "; all other weights are its own"
                                        : ""));
        table(out, TuneSummary.kinds(selection));
    }

    private static String how(Delta delta) {
        if (delta instanceof Delta.Lora lora) {
            return "by LoRA of rank %d, alpha %s".formatted(lora.rank(), lora.alpha());
        }
        if (delta instanceof Delta.Resampled some) {
            return "%s, %d layers at a time, drawn anew every %d steps"
                    .formatted(how(some.lora()), some.layers(), some.every());
        }
        if (delta instanceof Delta.Lisa lisa) {
            return "themselves by LISA, with embedding, head and final norm, %d blocks at a time, drawn anew every %d steps"
                    .formatted(lisa.blocks(), lisa.every());
        }
        if (delta instanceof Delta.AdaLora ada) {
            return "by AdaLoRA of rank %d in the mean, alpha %s".formatted(ada.rank(), ada.alpha());
        }
        return delta.learned() ? "themselves" : "by an adapter that was there before the run";
    }

    private static void ranking(StringBuilder out, Ranking ranking) {
        out.append("\n## Importance of layers\n\n");
        out.append(
                "By the ranking that the layers were chosen or found by. One of ILA ([arXiv 2410.17875](https://arxiv.org/abs/2410.17875)) has the values of a mask over the layers' changes, learned after fine-tuning.\n\n");
        out.append(
                "![Rank of every layer: a row for each projection, a column for each block](ranks.png)\n\n");
        table(out, Tables.top(ranking, 10));
    }

    private static void training(StringBuilder out, SearchSettings s, Result result) {
        Schedule schedule = s.stage1().schedule();
        out.append("\n## Training\n\n");
        item(out, "optimizer", "AdamW, weight decay " + s.stage1().weightDecay());
        item(
                out,
                "learning rate",
                "%s, %s after a warm-up of %s of the steps"
                        .formatted(
                                schedule.rate(),
                                schedule.shape().toString().toLowerCase(Locale.ROOT),
                                schedule.warmup()));
        Double steps = result.findings().metrics().get("stage1.steps");
        item(out, "steps", steps == null ? "none" : String.valueOf(steps.intValue()));
        item(out, "conversations a step", String.valueOf(s.data().batchSize()));
        item(out, "longest conversation", s.data().maxLength() + " tokens");
        item(out, "precision", s.compute().precision().toString());
        item(out, "seed", String.valueOf(s.seed()));
    }

    private static void found(StringBuilder out, Result result) {
        Map<String, Double> metrics = result.findings().metrics();
        out.append("\n## Results\n\n");
        for (String name : List.of("first_held_out_loss", "last_held_out_loss")) {
            Double loss = metrics.get("stage1." + name);
            if (loss != null) {
                item(
                        out,
                        name.replace('_', ' '),
                        String.format(
                                Locale.ROOT,
                                "%.4f nats a supervised token (perplexity %.3f)",
                                loss,
                                Math.exp(loss)));
            }
        }
        result.findings().notes().forEach(n -> out.append(n).append('\n'));
        out.append("\nNothing else was measured; who uses the model should.\n");
    }

    private static void origin(StringBuilder out, Result result, SearchSettings settings) {
        out.append("\n## Data and provenance\n\n");
        for (String data : settings.data().files()) {
            item(out, "data", Named.isOnHub(data) ? data : "" + Path.of(data).getFileName());
        }
        result.provenance()
                .inputs()
                .data()
                .forEach((f, hash) -> item(out, "SHA-256 of " + f, hash));
        Double examples = result.findings().metrics().get("data.examples");
        item(out, "conversations", String.valueOf(examples.intValue()));
        if (!result.findings().leftOut().isEmpty()) {
            item(
                    out,
                    "left out",
                    result.findings().leftOut().entrySet().stream()
                            .map(e -> e.getValue() + " " + e.getKey())
                            .collect(Collectors.joining("; ")));
        }
        result.provenance()
                .inputs()
                .model()
                .forEach((n, hash) -> item(out, "SHA-256 of the base model's " + n, hash));
        result.provenance().host().versions().forEach((n, v) -> item(out, n, v));
        item(out, "processor", result.provenance().host().cpu());
    }

    private static void item(StringBuilder out, String name, String value) {
        out.append("- ").append(name).append(": ").append(value).append('\n');
    }

    /** A table in Markdown. */
    private static void table(StringBuilder out, Table table) {
        out.append("| ").append(String.join(" | ", table.columnNames())).append(" |\n|");
        out.append("---|".repeat(table.columnCount())).append('\n');
        for (int row = 0; row < table.rowCount(); row++) {
            for (int column = 0; column < table.columnCount(); column++) {
                out.append("| ").append(Tables.cell(table, row, column)).append(' ');
            }
            out.append("|\n");
        }
    }
}

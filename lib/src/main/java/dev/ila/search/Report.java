package dev.ila.search;

import dev.ila.data.Batch;
import dev.ila.data.Dataset;
import dev.ila.model.LinearLayer;
import dev.ila.rank.Correlation;
import dev.ila.rank.LayerScore;
import dev.ila.rank.Ranking;
import dev.ila.run.AtomicFiles;
import dev.ila.run.Failure;
import dev.ila.run.Host;
import dev.ila.run.Json;
import dev.ila.run.Provenance;
import dev.ila.run.RunDirectory;
import dev.ila.torch.Torch;
import dev.ila.train.History;
import dev.ila.train.Stability;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntFunction;

/** What a search keeps at its end: {@code scores.csv}, {@code history.csv}, {@code result.json}. */
final class Report {
    /** The plain gradient is measured on the first steps' batches of stage 2. */
    private static final int GAIN_STEPS = 16;

    /** The metric of the sparsity that was chosen among several. */
    static final String CHOSEN = "stage2.chosen_sparsity";

    private final SearchSettings settings;
    private final RunDirectory run;
    private final Provenance.Inputs inputs;
    private final Dataset data;
    private final Host host;

    Report(SearchSettings settings, RunDirectory run, Provenance.Inputs inputs, Dataset data) {
        this.settings = settings;
        this.run = run;
        this.inputs = inputs;
        this.data = data;
        this.host = Host.current(settings.compute().threads(), Map.of("pytorch", Torch.version()));
    }

    static List<Batch> gainBatches(IntFunction<List<Batch>> batches, Ila.MaskSettings mask) {
        List<Batch> out = new ArrayList<>();
        for (int step = 1; step <= Math.min(GAIN_STEPS, mask.steps()); step++) {
            out.addAll(batches.apply(step));
        }
        return out;
    }

    Outcome stage1(History history, Optional<Stability.Point> stable, DeltaTheta learned) {
        return keep(
                history,
                stable,
                learned,
                Optional.empty(),
                new double[0],
                new TreeMap<>(),
                List.of(ending(history, stable)));
    }

    Outcome stage2(
            LearnedMask mask, Optional<Stability.Point> stable, DeltaTheta learned, double[] gain) {
        AtomicFiles.write(run.scores(), mask.ranking().toCsv());
        Ila.MaskSettings how = settings.stage2();
        Map<String, Double> metrics = new TreeMap<>();
        List<String> notes = new ArrayList<>(List.of(ending(mask.history(), stable)));
        mask.choice()
                .ifPresent(
                        c -> {
                            metrics.put(CHOSEN, mask.sparsity());
                            notes.add(Sparsity.sentence(c, how));
                        });
        Sparsity.decides(mask.ranking(), gain, how.with(List.of(mask.sparsity())))
                .ifPresent(w -> notes.add("With sparsity %s %s.".formatted(mask.sparsity(), w)));
        return keep(
                mask.history(), stable, learned, Optional.of(mask.ranking()), gain, metrics, notes);
    }

    private Outcome keep(
            History history,
            Optional<Stability.Point> stable,
            DeltaTheta learned,
            Optional<Ranking> ranking,
            double[] gain,
            Map<String, Double> metrics,
            List<String> notes) {
        AtomicFiles.write(run.history(), history.toCsv());
        List<LayerScore> scores = ranking.map(Ranking::scores).orElse(List.of());
        metrics.put("data.examples", (double) data.examples().size());
        metrics.put("data.tokens", (double) data.tokens());
        metrics.put("data.supervised_tokens", (double) data.supervisedTokens());
        metrics.put("change.parameters", (double) learned.size());
        losses(history, 1, metrics);
        losses(history, 2, metrics);
        stable.ifPresent(p -> metrics.put("stage1.stable_at_step", (double) p.step()));
        ranking.ifPresent(
                r -> {
                    List<LinearLayer> layers = learned.changed();
                    double[] g = layers.stream().mapToDouble(l -> gain[l.index()]).toArray();
                    Ranking byGain = Ranking.of(layers, g);
                    // Of equal scores there is no correlation: with one layer, or one step.
                    if (varies(r) && varies(byGain)) {
                        metrics.put("spearman_with_gain", Correlation.spearman(r, byGain));
                    }
                    metrics.put("tied_layers", (double) r.tied());
                });
        Result.Findings findings =
                new Result.Findings(
                        metrics,
                        notes,
                        data.leftOut(),
                        scores.stream()
                                .map(s -> Result.Score.of(s, gain[s.layer().index()]))
                                .toList());
        Result result =
                new Result(Result.SCHEMA, findings, new Provenance(inputs, host.finished()));
        Json.write(run.result(), result);
        delete(run.checkpoint());
        return new Outcome(result, history, stable, ranking);
    }

    private static boolean varies(Ranking ranking) {
        return ranking.scores().stream().mapToDouble(LayerScore::score).distinct().count() > 1;
    }

    private static void losses(History history, int stage, Map<String, Double> metrics) {
        List<History.Step> steps = history.stage(stage);
        if (steps.isEmpty()) {
            return;
        }
        String name = "stage" + stage + ".";
        metrics.put(name + "steps", (double) steps.size());
        metrics.put(name + "first_loss", steps.get(0).loss());
        metrics.put(name + "last_loss", steps.get(steps.size() - 1).loss());
        List<History.Step> held = steps.stream().filter(s -> s.heldOut().isPresent()).toList();
        if (!held.isEmpty()) {
            metrics.put(name + "first_held_out_loss", held.get(0).heldOut().orElseThrow());
            metrics.put(
                    name + "last_held_out_loss", held.get(held.size() - 1).heldOut().orElseThrow());
        }
    }

    private String ending(History history, Optional<Stability.Point> stable) {
        if (!settings.delta().learned()) {
            return "Stage 1 was not run: the change existed already.";
        }
        Stability test = settings.stage1().stability();
        String rule =
                "the mean held-out loss of %d evaluations differs by less than %s nats from that of"
                                .formatted(test.window(), test.epsilon())
                        + " the %d before".formatted(test.window());
        if (stable.isEmpty()) {
            return "Stage 1 ended at its cap of %d steps and was not stable (%s): ranks mean less."
                    .formatted(history.stage(1).size(), rule);
        }
        if (stable.get().bySchedule()) {
            return "Stage 1 was stable at step %d by schedule: the rate had fallen below a fifth of its peak (%s)."
                    .formatted(stable.get().step(), rule);
        }
        return "Stage 1 was stable at step %d: %s.".formatted(stable.get().step(), rule);
    }

    static void directory(Path path) {
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw new UncheckedIOException(path + " could not be made: " + Failure.reason(e), e);
        }
    }

    private static void delete(Path directory) {
        try {
            Files.deleteIfExists(directory.resolve("state.safetensors"));
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    directory + " could not be removed: " + Failure.reason(e), e);
        }
    }
}

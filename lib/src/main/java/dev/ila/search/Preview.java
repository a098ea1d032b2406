package dev.ila.search;

import dev.ila.data.Dataset;
import dev.ila.data.Example;
import dev.ila.data.Supervision;
import dev.ila.data.Tokenizer;
import dev.ila.delta.FullDifference;
import dev.ila.delta.LoraConfig;
import dev.ila.delta.LoraLayout;
import dev.ila.delta.PeftAdapter;
import dev.ila.delta.WholeDifference;
import dev.ila.model.Architecture;
import dev.ila.model.Checkpoint;
import dev.ila.model.LanguageModel;
import dev.ila.model.LinearLayer;
import dev.ila.run.Host;
import dev.ila.run.Seeds;
import dev.ila.torch.Compute;
import dev.ila.torch.Dimensions;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a search would work on, known without training and without reading a weight.
 *
 * @param settings of the search
 * @param architecture of the model
 * @param layers its linear layers
 * @param trained Δθ
 * @param data all examples
 * @param split into training and held-out ones
 * @param memory of the largest step: a micro-batch of examples as long as the longest
 * @param example the first one, in pieces
 */
public record Preview(
        SearchSettings settings,
        Architecture architecture,
        List<LinearLayer> layers,
        Memory.Trained trained,
        Dataset data,
        Dataset.Split split,
        Memory memory,
        List<Supervision.Segment> example) {
    /** Takes copies. */
    public Preview {
        layers = List.copyOf(layers);
        example = List.copyOf(example);
    }

    /** Reads headers and data; fails as the search would. */
    public static Preview of(SearchSettings settings) {
        Checkpoint checkpoint = Checkpoint.open(Named.directory(settings.model()));
        Architecture architecture = checkpoint.architecture();
        Memory.Trained trained = trained(settings.delta(), checkpoint.layers(), architecture);
        Dataset data = Examples.read(settings.data(), checkpoint);
        Dataset.Split split =
                data.split(settings.data().heldOut(), Seeds.of(settings.seed()).order());
        Memory memory = memory(settings, architecture, trained, data);
        try (Tokenizer tokenizer = Tokenizer.load(checkpoint.directory())) {
            List<Supervision.Segment> example =
                    new Supervision(tokenizer).segments(data.examples().get(0));
            return new Preview(
                    settings,
                    architecture,
                    checkpoint.layers(),
                    trained,
                    data,
                    split,
                    memory,
                    example);
        }
    }

    /** The same data with another change of the weights. */
    public Preview with(Delta other) {
        SearchSettings changed = settings.with(other);
        Memory.Trained all = trained(other, layers, architecture);
        return new Preview(
                changed,
                architecture,
                layers,
                all,
                data,
                split,
                memory(changed, architecture, all, data),
                example);
    }

    static Memory memory(
            SearchSettings settings,
            Architecture architecture,
            Memory.Trained trained,
            Dataset data) {
        int rows = Math.min(settings.data().microBatch(), data.examples().size());
        return Memory.of(
                LanguageModel.dimensions(architecture),
                settings.compute(),
                trained,
                rows,
                longest(data));
    }

    /**
     * What to change if the memory is not there; where a GPU's is not known, that is found out only
     * by trying.
     */
    static Optional<String> tooLarge(SearchSettings settings, Memory memory) {
        Compute compute = settings.compute();
        OptionalLong there =
                compute.gpu().isPresent()
                        ? Host.availableGpuMemory(compute.gpu().getAsInt())
                        : OptionalLong.of(Host.availableMemory());
        return there.isPresent()
                ? memory.tooMuch(there.getAsLong(), compute, settings.data().microBatch())
                : Optional.empty();
    }

    static Memory.Trained trained(Delta delta, List<LinearLayer> layers, Architecture a) {
        if (delta instanceof Delta.Lora lora) {
            return trained(LoraLayout.of(layers, lora.config()), true);
        } else if (delta instanceof Delta.Resampled some) {
            return trained(some.lora(), layers, a);
        } else if (delta instanceof Delta.Lisa lisa) {
            return new Memory.Trained(
                    Collections.nCopies(layers.size(), 0),
                    Set.of(),
                    lisa.settings(0).numbers(LanguageModel.dimensions(a)),
                    WholeDifference.of(a, layers).size(),
                    true);
        } else if (delta instanceof Delta.AdaLora ada) {
            SvdLayout svd = SvdLayout.of(layers, ada);
            Memory.Trained factors = trained(svd.layout(), true);
            return new Memory.Trained(factors.ranks(), factors.numbers() + svd.triplets(), true);
        } else if (delta instanceof Delta.Adapter adapter) {
            return trained(PeftAdapter.read(Path.of(adapter.directory()), layers).layout(), false);
        }
        List<LinearLayer> differing =
                delta instanceof Delta.Full full
                        ? LoraConfig.named(layers, full.targets())
                        : layers;
        return new Memory.Trained(
                Collections.nCopies(layers.size(), 0),
                layers.stream()
                        .filter(l -> !differing.contains(l))
                        .map(LinearLayer::index)
                        .collect(Collectors.toSet()),
                FullDifference.size(differing),
                0,
                delta.learned());
    }

    private static Memory.Trained trained(LoraLayout layout, boolean learned) {
        List<Integer> ranks =
                IntStream.range(0, layout.layers().size()).mapToObj(layout::rank).toList();
        return new Memory.Trained(ranks, layout.size(), learned);
    }

    private static int longest(Dataset data) {
        return data.examples().stream().mapToInt(Example::length).max().orElseThrow();
    }

    /** Length of the longest example, in tokens. */
    public int longest() {
        return longest(data);
    }

    /** The layers that would have a Δθᵢ, and so a place in the ranking. */
    public List<LinearLayer> changed() {
        return layers.stream().filter(l -> trained.changes(l.index())).toList();
    }

    /** What to change if the memory is not there, in one line. */
    public Optional<String> tooLarge() {
        return tooLarge(settings, memory);
    }

    /** Number of all the model's parameters. */
    public long parameters() {
        Dimensions d = LanguageModel.dimensions(architecture);
        return d.outside() + d.blocks() * (d.block() + d.variant().numbers(d));
    }

    /** Number of the linear layers' parameters. */
    public long linear() {
        return FullDifference.size(layers);
    }

    /** Steps of both stages at most, stage 1's first. */
    public List<Integer> steps() {
        int first = settings.delta().learned() ? settings.stage1().schedule().steps() : 0;
        return List.of(first, settings.lastStage() == 2 ? settings.stage2().allSteps() : 0);
    }

    /** Tokens of a step, in the mean. */
    public double tokensOfAStep() {
        List<Example> train = split.train();
        double mean = train.stream().mapToInt(Example::length).average().orElseThrow();
        return settings.data().batchSize() * mean;
    }

    /**
     * Multiplications and additions of the highest number of steps, measurements of the held-out
     * loss left out. A token takes 2 for each weight forward, 2 back to its input, 2 more for a
     * weight's own gradient, and again those forward if they are recomputed; attention takes 12 for
     * each pair of tokens and width of the heads.
     */
    public double operations() {
        double passes = settings.compute().recompute() ? 6 : 4;
        // Of LISA's numbers, those outside the blocks are not multiplied by every token.
        long outside =
                settings.delta() instanceof Delta.Lisa
                        ? LanguageModel.dimensions(architecture).outside()
                        : 0;
        double numbers = trained.numbers() - outside;
        double token = passes * linear() + (trained.full() ? 2 : 6) * numbers;
        double width = architecture.attention().heads() * architecture.attention().headSize();
        double sum = 0;
        for (Example e : split.train()) {
            double pairs = (double) e.length() * e.length();
            sum += e.length() * token + architecture.blocks() * 12 * width * pairs;
            sum += 4.0 * e.supervisedTokens() * architecture.vocabulary() * architecture.hidden();
        }
        long steps = steps().stream().mapToLong(Integer::longValue).sum();
        return sum / split.train().size() * settings.data().batchSize() * steps;
    }
}

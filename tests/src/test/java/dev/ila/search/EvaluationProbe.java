package dev.ila.search;

import dev.ila.data.Example;
import dev.ila.data.Tokenizer;
import dev.ila.eval.Answers;
import dev.ila.eval.HeldOut;
import dev.ila.eval.MultipleChoice;
import dev.ila.eval.Question;
import dev.ila.model.Checkpoint;
import dev.ila.model.LanguageModel;
import dev.ila.torch.AdamW;
import dev.ila.torch.Change;
import dev.ila.torch.Compute;
import dev.ila.torch.DeviceVector;
import dev.ila.torch.Network;
import dev.ila.torch.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A process of its own: two steps of stage 1, or what {@code ila-eval} asks, of as many tokens at
 * once; prints the highest resident memory in bytes.
 */
final class EvaluationProbe {
    private static final int ANSWER = 48;

    private EvaluationProbe() {}

    /** Arguments: model, precision, rows, length, and train, loss, choices or answers. */
    public static void main(String... args) throws Exception {
        Checkpoint checkpoint = Checkpoint.open(Path.of(args[0]));
        Compute compute = new Compute("cpu", Precision.valueOf(args[1]), 2, false);
        int rows = Integer.parseInt(args[2]);
        int length = Integer.parseInt(args[3]);
        Delta lora = new Delta.Lora(8, 16, List.of("all-linear"));
        DeltaTheta source = DeltaTheta.of(lora, checkpoint, Optional.empty(), 1);
        try (LanguageModel model = LanguageModel.load(checkpoint, compute);
                Tokenizer tokenizer = Tokenizer.load(checkpoint.directory())) {
            Change change = source.onto(model.network());
            switch (args[4]) {
                case "train" -> train(model.network(), change, rows, length);
                case "loss" ->
                        HeldOut.measure(
                                model.network(),
                                change,
                                Collections.nCopies(2 * rows, example(model, length)),
                                rows * length,
                                n -> {});
                case "choices" ->
                        new MultipleChoice(model, change, tokenizer, rows * length)
                                .judge(questions(tokenizer, 2 * rows, length), n -> {});
                default ->
                        Answers.greedy(
                                model,
                                change,
                                prompts(model, length, 4 * rows * length),
                                ANSWER,
                                t -> false);
            }
        }
        System.out.println(MemoryProbe.peak());
    }

    private static void train(Network network, Change change, int rows, int length) {
        int size = change.values().size();
        int vocabulary = network.dimensions().vocabulary();
        float[] gamma = Ila.ones(network.dimensions().layers());
        try (AdamW adam = new AdamW(network, AdamW.Settings.defaults(), size);
                DeviceVector gradient = network.vector(new float[size])) {
            for (int step = 1; step <= 2; step++) {
                network.step(
                        MemoryProbe.batch(rows, length, vocabulary),
                        change,
                        gamma,
                        Network.Want.CHANGE_GRADIENT,
                        gradient,
                        1e-3);
                adam.step(change.values(), gradient, 1e-4, step);
            }
        }
    }

    private static Example example(LanguageModel model, int length) {
        int vocabulary = model.network().dimensions().vocabulary();
        return MemoryProbe.example(length, vocabulary);
    }

    /** Of a length with their choices, which are of several tokens, and alike in nothing. */
    private static List<Question> questions(Tokenizer tokenizer, int count, int length) {
        List<Question> all = new ArrayList<>();
        List<String> choices =
                List.of("one stone of wool", "two of them", "none at all", "as heavy as iron");
        // Each text is read once: what a tokenizer leaves for the collector is not to be measured.
        int word =
                tokenizer.encodePlain("A stone stone").length
                        - tokenizer.encodePlain("A stone").length;
        String rest = " stone".repeat((length - 20) / word);
        for (int i = 0; i < count; i++) {
            all.add(new Question("" + i % 2, (char) ('A' + i % 26) + rest, choices, 0));
        }
        return all;
    }

    private static List<int[]> prompts(LanguageModel model, int length, int tokens) {
        Example example = example(model, length);
        int[] ids = IntStream.range(0, length - ANSWER).map(example::id).toArray();
        return Collections.nCopies(tokens / length, ids);
    }
}

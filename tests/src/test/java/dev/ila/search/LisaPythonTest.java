package dev.ila.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import dev.ila.data.Example;
import dev.ila.delta.WholeDifference;
import dev.ila.model.LanguageModel;
import dev.ila.model.Safetensors;
import dev.ila.torch.AdamW;
import dev.ila.torch.Precision;
import dev.ila.train.Fixture;
import dev.ila.train.History;
import dev.ila.train.Lisa;
import dev.ila.train.Schedule;
import dev.ila.train.State;
import dev.ila.train.Trainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** LISA beside transformers and torch.optim, with the same draws: losses and every weight. */
@Tag("python")
class LisaPythonTest {
    private static final int STEPS = 9;
    private static final double RATE = 2e-3;

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"tied", "separate"})
    void trainingIsThatOfTransformers(String golden) throws Exception {
        Path directory = Fixture.resource("golden/" + golden);
        try (LanguageModel model = Fixture.model(directory, Precision.F32);
                Lisa what = new Lisa(model.network(), new Lisa.Settings(1, 2, 4))) {
            List<Set<Integer>> draws = new ArrayList<>();
            State from = State.start(1, new float[what.values().size()], new History(List.of()));
            List<List<Example>> steps = Fixture.steps();
            Trainer.Settings how =
                    new Trainer.Settings(
                            1,
                            new Schedule(RATE, 0, Schedule.Shape.CONSTANT, STEPS),
                            AdamW.Settings.defaults().withMaxNorm(0),
                            0,
                            Optional.empty());
            History history =
                    new Trainer(model.network(), what, how)
                            .run(
                                    step -> {
                                        draws.add(new TreeSet<>(what.change().learned()));
                                        return Fixture.batches(
                                                steps.get((step - 1) % steps.size()), 8);
                                    },
                                    List.of(),
                                    from,
                                    p -> {});
            assertTrue(new TreeSet<>(draws.stream().map(Set::toString).toList()).size() > 1);
            Path json =
                    Files.writeString(
                            folder.resolve("how.json"),
                            new Gson().toJson(Map.of("rate", RATE, "every", 2, "draws", draws)));
            Path out = folder.resolve("out.safetensors");
            Path batches = Fixture.resource("parity/batches.json");
            Python.run("tests/fixtures/lisa.py", directory, batches, json, out);
            Safetensors theirs = Safetensors.open(out);
            float[] losses = theirs.floats("losses");
            for (int i = 0; i < STEPS; i++) {
                assertEquals(losses[i], history.steps().get(i).loss(), 2e-4, "step " + (i + 1));
            }
            float[] ours = what.learned();
            WholeDifference whole =
                    new WholeDifference(
                            model.layers(),
                            model.checkpoint().architecture().vocabulary(),
                            model.checkpoint().architecture().tiedHead());
            for (WholeDifference.Part p : whole.parts()) {
                float[] own = Arrays.copyOfRange(ours, p.offset(), p.offset() + p.count());
                assertArrayEquals(theirs.floats(p.name()), own, 2e-4f, p.name());
            }
        }
    }
}

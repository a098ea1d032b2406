package dev.ila.truth;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ila.criteria.RunFixture;
import dev.ila.data.Batch;
import dev.ila.data.Dataset;
import dev.ila.data.Example;
import dev.ila.eval.HeldOut;
import dev.ila.model.LinearLayer;
import dev.ila.search.Delta;
import dev.ila.search.DeltaTheta;
import dev.ila.search.FinishedModel;
import dev.ila.search.SearchSettings;
import dev.ila.torch.Change;
import dev.ila.torch.Compute;
import dev.ila.torch.DeviceVector;
import dev.ila.torch.Network;
import dev.ila.torch.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Losses with some layers' changes are measured, kept, and gone on with. */
class MaskedLossesTest {
    private static final Compute CPU = new Compute("cpu", Precision.F32, 2, false);

    @TempDir Path folder;

    @Test
    void lossesOfSetsAreThoseOfTheirMasksOneByOne() throws Exception {
        Path run = folder.resolve("run");
        SearchSettings settings = RunFixture.run(run, Delta.Lora.defaults(), 6);
        Dataset data = FinishedModel.data(run);
        List<Example> examples = FinishedModel.heldOut(run, data).subList(0, 10);
        try (FinishedModel model = FinishedModel.load(settings.model(), Optional.of(run), CPU)) {
            Network network = model.model().network();
            List<LinearLayer> layers = model.model().layers();
            MaskedLosses.Asked asked =
                    new MaskedLosses.Asked(
                            network.masked(model.change()), layers.size(), examples, 300);
            Path file = folder.resolve("losses").resolve("ablation.csv");
            List<Integer> told = new ArrayList<>();
            List<Effects> effects =
                    Ablation.measure(
                            layers, sets -> MaskedLosses.measure(asked, sets, file, told::add));
            int losses = Ablation.sets(layers.size()) * examples.size();
            assertEquals(losses, told.get(told.size() - 1));
            assertTrue(told.size() > 4, told.toString());
            DeltaTheta delta = DeltaTheta.read(run, layers);
            for (int layer : new int[] {0, 17, layers.size() - 1}) {
                float[] without = new float[layers.size()];
                Arrays.fill(without, 1);
                without[layer] = 0;
                float[] only = new float[layers.size()];
                only[layer] = 1;
                String name = layers.get(layer).name();
                MaskedLosses all = effects.get(0).losses();
                assertSame(
                        alone(network, model.change(), examples, without),
                        all.of("without " + name));
                assertSame(alone(network, model.change(), examples, only), all.of("only " + name));
            }
            assertSame(
                    HeldOut.measure(network, model.change(), examples, 300, n -> {}),
                    effects.get(0).losses().of(Effects.ALL));
            assertSame(
                    HeldOut.measure(network, Change.none(network), examples, 300, n -> {}),
                    effects.get(0).losses().of(Effects.NONE));
            assertEquals(layers, delta.changed());
            goesOn(asked, layers, file, effects);
        }
    }

    /** Weights in 4 bits, and products in 16. */
    @ParameterizedTest
    @EnumSource(names = {"BF16", "NF4", "NF4_DOUBLE"})
    void severalMasksAtOnceAreThoseOneByOneInLessPrecision(Precision precision) {
        Path run = folder.resolve("run");
        SearchSettings settings = RunFixture.run(run, Delta.Lora.defaults(), 6);
        List<Example> examples = FinishedModel.heldOut(run, FinishedModel.data(run)).subList(0, 4);
        Compute compute = new Compute("cpu", precision, 2, false);
        try (FinishedModel model = FinishedModel.load(settings.model(), Optional.of(run), compute);
                DeviceVector unused = model.model().network().vector(new float[1])) {
            Network network = model.model().network();
            int layers = model.model().layers().size();
            List<float[]> masks = new ArrayList<>();
            for (int layer : new int[] {0, 17, layers - 1}) {
                for (int only = 0; only < 2; only++) {
                    float[] mask = new float[layers];
                    Arrays.fill(mask, 1 - only);
                    mask[layer] = only;
                    masks.add(mask);
                }
            }
            Batch batch = Batch.of(examples);
            float[][] together = network.masked(model.change()).losses(batch, masks.get(0), masks);
            for (int m = 0; m < masks.size(); m++) {
                float[] alone =
                        network.step(
                                batch, model.change(), masks.get(m), Network.Want.LOSS, unused, 0);
                assertArrayEquals(alone, together[m], 1e-3f, "mask " + m);
            }
            assertNotEquals(together[0][0], together[1][0]);
        }
    }

    /** What was kept is read, not measured; what is missing is measured. */
    private static void goesOn(
            MaskedLosses.Asked asked, List<LinearLayer> layers, Path file, List<Effects> before)
            throws Exception {
        List<String> lines = Files.readAllLines(file);
        String marked = lines.get(1).replaceFirst(",[^,]+$", ",12345.0");
        Files.writeString(file, lines.get(0) + "\n" + marked + "\n");
        List<Integer> told = new ArrayList<>();
        List<Effects> again =
                Ablation.measure(
                        layers, sets -> MaskedLosses.measure(asked, sets, file, told::add));
        List<Example> all = asked.examples();
        int there = all.get(Integer.parseInt(marked.split(",")[0]) - 1).length();
        double share = (double) there / all.stream().mapToInt(Example::length).sum();
        double one = share * all.size() * Ablation.sets(layers.size());
        assertEquals(Math.round(one), (long) told.get(0), "one conversation was there");
        String last = "only " + layers.get(layers.size() - 1).name();
        List<HeldOut.Loss> losses = again.get(1).losses().of(last).conversations();
        assertEquals(12_345, losses.get(0).nats());
        List<HeldOut.Loss> first = before.get(1).losses().of(last).conversations();
        for (int c = 1; c < losses.size(); c++) {
            assertEquals(first.get(c).nats(), losses.get(c).nats(), 1e-3);
        }
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                Ablation.measure(
                                        layers.subList(1, layers.size()),
                                        sets ->
                                                MaskedLosses.measure(
                                                        asked, sets, file, told::add)));
        assertEquals(
                "losses must be of the same layers and conversations as those asked for; name"
                        + " another --out, but is: "
                        + file,
                e.getMessage());
    }

    private static HeldOut alone(
            Network network, Change change, List<Example> examples, float[] gamma) {
        List<HeldOut.Loss> losses = new ArrayList<>();
        try (DeviceVector unused = network.vector(new float[1])) {
            for (Example e : examples) {
                Batch one = Batch.of(List.of(e));
                float[] nats = network.step(one, change, gamma, Network.Want.LOSS, unused, 0);
                losses.add(HeldOut.Loss.of(nats, 0, nats.length));
            }
        }
        return new HeldOut(losses);
    }

    private static void assertSame(HeldOut wanted, HeldOut is) {
        for (int c = 0; c < wanted.conversations().size(); c++) {
            assertEquals(
                    wanted.conversations().get(c).nats(), is.conversations().get(c).nats(), 1e-3);
        }
    }
}

package dev.ila.torch;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.ila.data.Batch;
import dev.ila.run.Require;
import dev.ila.torch.Network.Want;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * A network and a change of its weights, of which several masks γ are asked at once. Made by {@link
 * Network#masked}.
 */
public final class Masked {
    private static final int LOSSES = 0;
    private static final int DIVERGENCES = 1;

    private final Network network;
    private final Program program;
    private final Shared shared;
    private final Change change;

    Masked(Network network, Program program, Shared shared, Change change) {
        this.network = network;
        this.program = program;
        this.shared = shared;
        this.change = change;
    }

    /**
     * Losses with each mask. Blocks below the first in which a mask differs from a common one are
     * computed once for all.
     *
     * @param common γ, one for each layer
     * @param masks γ, each one for each layer
     * @return loss of each supervised token in nats, in the batch's order, [masks][tokens]
     */
    public float[][] losses(Batch batch, float[] common, List<float[]> masks) {
        return several(batch, common, masks, LOSSES);
    }

    /**
     * How far what the model says with each mask is from what it says with the first one:
     * Kullback-Leibler divergence KL(first ‖ mask) of the next token, where one is supervised.
     *
     * @param masks γ, each one for each layer
     * @return in nats, in the batch's order, [masks][tokens]
     */
    public float[][] divergences(Batch batch, List<float[]> masks) {
        return several(batch, masks.get(0), masks, DIVERGENCES);
    }

    private float[][] several(Batch batch, float[] common, List<float[]> masks, int what) {
        int layers = shared.dimensions().layers();
        float[] flat = new float[masks.size() * layers];
        for (int m = 0; m < masks.size(); m++) {
            int length = masks.get(m).length;
            Require.that(length == layers, length, "length of mask " + (m + 1), "" + layers);
            System.arraycopy(masks.get(m), 0, flat, m * layers, layers);
        }
        BiConsumer<NDManager, Program.Arguments> more =
                (step, a) ->
                        a.add(step.create(flat, new Shape(masks.size(), layers)))
                                .add(Program.longs(step, what));
        float[] all = call("masked", batch, common, more, NDArray::toFloatArray);
        int tokens = batch.labels().length;
        float[][] out = new float[masks.size()][];
        Arrays.setAll(out, m -> Arrays.copyOfRange(all, m * tokens, (m + 1) * tokens));
        return out;
    }

    /**
     * Draws a token where one is supervised, from what the model says comes next.
     *
     * @param gamma γ, one for each layer
     * @param draws numbers from 0 to 1, one for each supervised token, in the batch's order: each
     *     takes the first token at which the sum of the probabilities is above it
     * @return token ids, in the batch's order
     */
    public long[] draw(Batch batch, float[] gamma, float[] draws) {
        int tokens = batch.labels().length;
        Require.that(draws.length == tokens, draws.length, "number of draws", "" + tokens);
        BiConsumer<NDManager, Program.Arguments> more = (step, a) -> a.add(step.create(draws));
        return call("drawn", batch, gamma, more, NDArray::toLongArray);
    }

    private <T> T call(
            String method,
            Batch batch,
            float[] gamma,
            BiConsumer<NDManager, Program.Arguments> more,
            Function<NDArray, T> result) {
        synchronized (network) {
            try (NDManager step = program.manager().newSubManager()) {
                long[] positions = batch.positions();
                Program.Arguments a =
                        shared.of(
                                step,
                                batch,
                                positions,
                                batch.labels(),
                                change,
                                gamma,
                                Want.LOSS,
                                0);
                more.accept(step, a);
                return result.apply(program.call(step, method, a));
            } catch (EngineException e) {
                throw shared.compute().told(e, batch.rows(), batch.length());
            }
        }
    }
}

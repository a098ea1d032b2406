package dev.ila.truth;

import dev.ila.delta.LoraConfig;
import dev.ila.delta.LoraLayout;
import dev.ila.delta.LoraScaling;
import dev.ila.model.LinearLayer;
import dev.ila.run.Require;
import dev.ila.search.Delta;
import dev.ila.search.DeltaTheta;
import dev.ila.search.Search;
import dev.ila.search.Session;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * An alignment that is known: Δθᵢ of some layers is trained, the teacher's whole change; Δθᵢ of all
 * others is noise, which takes the student away from the teacher.
 *
 * <p>A planted layer is a positive if the teacher without it is {@value #LEAST} nats or more from
 * itself. Noise has the singular values of positives, each of them given to as many layers as any
 * other (or one more), so that the norm alone tells nothing, and random singular vectors. A noise
 * layer's cost is how far it alone takes the teacher away; one that costs less than {@value #LEAST}
 * nats is scaled up. All these are KL divergences from the teacher's next token, in the mean over
 * the held-out supervised tokens.
 *
 * @param teacher Δθ of the planted layers
 * @param student the same, and noise on all others
 * @param effects what the teacher loses without each planted layer, in nats
 * @param costs of each noise layer as it is in the student, in nats
 * @param factors by which noise layers were scaled up, those alone that were
 */
public record Planted(
        DeltaTheta teacher,
        DeltaTheta student,
        Map<LinearLayer, Double> effects,
        Map<LinearLayer, Double> costs,
        Map<LinearLayer, Double> factors) {
    /** Below so many nats per token a layer is taken to have no effect. */
    public static final double LEAST = 1e-4;

    /** What noise is scaled up to, so that rounding does not take it below {@link #LEAST} again. */
    private static final double ENOUGH = 1.05 * LEAST;

    private static final double LARGEST_STEP = 10;
    private static final int ROUNDS = 12;

    /** Takes copies. */
    public Planted {
        effects = Collections.unmodifiableMap(new LinkedHashMap<>(effects));
        costs = Collections.unmodifiableMap(new LinkedHashMap<>(costs));
        factors = Collections.unmodifiableMap(new LinkedHashMap<>(factors));
    }

    /** Planted layers with an effect of {@value #LEAST} nats or more. */
    public Set<LinearLayer> positives() {
        Set<LinearLayer> out = new LinkedHashSet<>();
        effects.forEach(
                (layer, nats) -> {
                    if (nats >= LEAST) {
                        out.add(layer);
                    }
                });
        return out;
    }

    /** Planted layers without an effect: neither positives nor noise. */
    public Set<LinearLayer> withoutEffect() {
        Set<LinearLayer> out = new LinkedHashSet<>(effects.keySet());
        out.removeAll(positives());
        return out;
    }

    /**
     * Fine-tunes the planted layers by LoRA as the session's settings say, and adds the noise.
     *
     * @param session of settings with LoRA, whose targets mean nothing here
     * @param layers that are planted, not all
     * @param random of the noise
     * @throws IllegalArgumentException if the settings' change is not LoRA
     * @throws IllegalStateException if no planted layer has an effect, or noise of a layer has none
     *     however large
     */
    public static Planted of(
            Session session, List<LinearLayer> layers, Random random, Search.Observer observer) {
        Delta delta = session.settings().delta();
        Require.that(delta instanceof Delta.Lora, delta, "change to plant", "LoRA");
        Delta.Lora lora = (Delta.Lora) delta;
        LoraConfig all =
                new LoraConfig(
                        lora.rank(),
                        lora.alpha(),
                        Set.of(LoraConfig.ALL_LINEAR),
                        LoraScaling.ALPHA_OVER_RANK);
        LoraConfig some = all.on(layers);
        Session on = session.with(session.settings().with(some)).with(session.split());
        DeltaTheta teacher = on.fineTune(observer).change();
        Growing noise =
                new Growing(session, all, LoraLayout.of(session.layers(), some), teacher, layers);
        Map<LinearLayer, Double> effects = noise.effects();
        Set<LinearLayer> positives =
                new Planted(teacher, teacher, effects, Map.of(), Map.of()).positives();
        if (positives.isEmpty()) {
            throw new IllegalStateException(
                    "largest effect of a planted layer must be %s nats or more, but is: %s"
                            .formatted(LEAST, Collections.max(effects.values())));
        }
        noise.sow(positives, random);
        noise.grow();
        return new Planted(teacher, noise.change(), effects, noise.costs, noise.factors);
    }

    /** A student while its noise is made. */
    private static final class Growing {
        private final Session session;
        private final LoraLayout layout;
        private final LoraLayout trained;
        private final DeltaTheta teacher;
        private final float[] values;
        private final List<LinearLayer> planted;
        private final List<LinearLayer> others;
        private final Map<LinearLayer, Double> costs = new LinkedHashMap<>();
        private final Map<LinearLayer, Double> factors = new LinkedHashMap<>();

        Growing(
                Session session,
                LoraConfig all,
                LoraLayout trained,
                DeltaTheta teacher,
                List<LinearLayer> planted) {
            this.session = session;
            this.layout = LoraLayout.of(session.layers(), all);
            this.trained = trained;
            this.teacher = teacher;
            this.planted = planted;
            this.others = session.layers().stream().filter(l -> !planted.contains(l)).toList();
            this.values = new float[layout.size()];
            float[] from = teacher.values();
            for (LinearLayer l : planted) {
                int begin = trained.offsetA(l.index());
                int count = layout.rank(l.index()) * (l.inputs() + l.outputs());
                System.arraycopy(from, begin, values, layout.offsetA(l.index()), count);
            }
        }

        DeltaTheta change() {
            return DeltaTheta.of(layout, values);
        }

        /** The teacher's mask, and after it one for each layer in which that layer differs. */
        private List<float[]> turned(List<LinearLayer> each) {
            List<float[]> masks = new ArrayList<>();
            float[] own = Subset.of("planted", planted).gamma(session.layers().size());
            masks.add(own);
            for (LinearLayer l : each) {
                float[] other = own.clone();
                other[l.index()] = 1 - own[l.index()];
                masks.add(other);
            }
            return masks;
        }

        private Map<LinearLayer, Double> nats(DeltaTheta change, List<LinearLayer> each) {
            double[] nats = new Teacher(session, change).divergences(turned(each));
            Map<LinearLayer, Double> out = new LinkedHashMap<>();
            for (int i = 0; i < each.size(); i++) {
                out.put(each.get(i), nats[i + 1]);
            }
            return out;
        }

        Map<LinearLayer, Double> effects() {
            return nats(teacher, planted);
        }

        void sow(Set<LinearLayer> positives, Random random) {
            float[] from = teacher.values();
            List<double[]> spectra = new ArrayList<>();
            positives.forEach(l -> spectra.add(Spectra.of(trained, l, from)));
            for (int i = 0; i < others.size(); i++) {
                if (i % spectra.size() == 0) {
                    Collections.shuffle(spectra, random);
                }
                double[] spectrum = spectra.get(i % spectra.size());
                Spectra.write(layout, others.get(i), spectrum, random, values);
            }
        }

        /** Scales up what costs too little. */
        void grow() {
            List<LinearLayer> left = others;
            for (int round = 0; round < ROUNDS && !left.isEmpty(); round++) {
                costs.putAll(nats(change(), left));
                left = left.stream().filter(l -> costs.get(l) < LEAST).toList();
                for (LinearLayer l : left) {
                    // KL grows with the square while it is small.
                    double wanted = Math.sqrt(ENOUGH / Math.max(costs.get(l), 0));
                    double factor = Math.min(LARGEST_STEP, wanted);
                    Spectra.scale(layout, l, factor, values);
                    factors.merge(l, factor, (a, b) -> a * b);
                }
            }
            if (!left.isEmpty()) {
                LinearLayer l = left.get(0);
                throw new IllegalStateException(
                        "cost of noise on %s must be %s nats or more, but is: %s"
                                .formatted(l.name(), LEAST, costs.get(l)));
            }
        }
    }
}
